using System.Globalization;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>OTLP/gRPC of opentelemetry-proto 1.11: the Export calls for traces, metrics and logs. The latter two are answered and not kept.</summary>
public static class OtlpGrpcEndpoints
{
    /// <summary>A flag and the length, before the message.</summary>
    private const int PrefixBytes = 5;

    public static IServiceCollection AddOtlpGrpc(this IServiceCollection services)
    {
        services.AddGrpc(static grpc =>
        {
            grpc.IgnoreUnknownServices = true; // their answer would need no key
            grpc.MaxReceiveMessageSize = null; // the body counts
        });
        services.AddOptions<GrpcServiceOptions>().Configure(static grpc =>
        {
            grpc.CompressionProviders.Clear();
            grpc.CompressionProviders.Add(new UnopenedGzip());
        });
        services.AddSingleton<OtlpGrpcService>();
        services.AddSingleton<IServiceMethodProvider<OtlpGrpcService>, OtlpGrpcMethods>();
        return services;
    }

    public static void MapOtlpGrpc(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGrpcService<OtlpGrpcService>()
            .RequireApiKey(ApiKeyScopes.Ingest)
            .WithMetadata(new AccessErrorWriter(RefuseAsync), new OtlpEndpoint(OtlpTransport.Grpc), new TakesData())
            .Add(static endpoint =>
            {
                var handle = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = async context =>
                {
                    using var room = context.RequestServices.GetRequiredService<Admission>().Enter(IncomingBody.CallerOf(context));
                    using var body = new IncomingBody(
                        context, context.RequestServices.GetRequiredService<IOptions<IngestionOptions>>().Value.MaxBodyBytes, room, PrefixBytes,
                        e => OtlpGrpcService.ToException(e, context.RequestAborted));
                    context.Features.Set(room);
                    context.Features.Set<IRequestBodyPipeFeature>(body);
                    await handle(context);
                };
            });

    /// <summary>A call that is refused before it is handled is answered with headers alone.</summary>
    private static Task RefuseAsync(HttpContext context, int statusCode, string message)
    {
        var outcome = OtlpOutcome.Failure(statusCode, message);
        var headers = context.Response.Headers;
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        headers.GrpcStatus = outcome.GrpcCode.ToString(CultureInfo.InvariantCulture);
        headers.GrpcMessage = Uri.EscapeDataString(message);
        if (int.TryParse(headers.RetryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            headers["grpc-status-details-bin"] = Convert.ToBase64String(OtlpMessages.Status(OtlpEncoding.Protobuf, outcome.GrpcCode, message, TimeSpan.FromSeconds(seconds)));
        return context.Response.CompleteAsync();
    }
}
