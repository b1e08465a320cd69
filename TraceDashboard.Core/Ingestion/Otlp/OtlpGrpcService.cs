using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>What the three services do.</summary>
internal sealed class OtlpGrpcService(IngestionPipeline pipeline, IOptions<IngestionOptions> options, IOptions<BodyOptions> bodies)
{
    /// <exception cref="RpcException">The export failed as a whole.</exception>
    public async Task<byte[]> ExportAsync(OtlpSignal signal, OtlpGrpcMessage message, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        OtlpOutcome outcome;
        try
        {
            using var body = message.Open(http.Features.GetRequiredFeature<ByteReservation>(), bodies.Value);
            outcome = await new OtlpExport(signal, pipeline, options.Value).RunAsync(http.GetProjectId(), OtlpEncoding.Protobuf, body, context.CancellationToken);
        }
        catch (Exception e) when (Refusal.Of(e, context.CancellationToken) is { } refusal)
        {
            throw ToException(OtlpOutcome.Failure(refusal));
        }

        return outcome.IsSuccess ? OtlpMessages.Response(OtlpEncoding.Protobuf, signal, outcome.Rejected, outcome.Message) : throw ToException(outcome);
    }

    /// <summary>A refusal in the form of gRPC; anything else as it is.</summary>
    public static Exception ToException(Exception exception, CancellationToken aborted) =>
        Refusal.Of(exception, aborted) is { } refusal ? ToException(OtlpOutcome.Failure(refusal)) : exception;

    public static RpcException ToException(OtlpOutcome outcome)
    {
        var trailers = new Metadata();
        if (outcome.RetryAfter is { } wait)
            trailers.Add("grpc-status-details-bin", OtlpMessages.Status(OtlpEncoding.Protobuf, outcome.GrpcCode, outcome.Message, wait));
        return new RpcException(new Status((StatusCode)outcome.GrpcCode, outcome.Message), trailers);
    }
}

/// <summary>Binds the services by hand: requests stay bytes, because they are decoded as those of HTTP are.</summary>
internal sealed class OtlpGrpcMethods : IServiceMethodProvider<OtlpGrpcService>
{
    public const string Traces = "opentelemetry.proto.collector.trace.v1.TraceService";
    public const string Metrics = "opentelemetry.proto.collector.metrics.v1.MetricsService";
    public const string Logs = "opentelemetry.proto.collector.logs.v1.LogsService";

    private static readonly Marshaller<byte[]> s_response = new((byte[] bytes) => bytes, static bytes => bytes);

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<OtlpGrpcService> context)
    {
        context.AddUnaryMethod(Method(Traces, OtlpGrpcMessage.Marshaller), [], static (service, message, call) => service.ExportAsync(OtlpSignal.Traces, message, call));
        context.AddUnaryMethod(Method(Metrics, IgnoredMessage.Marshaller), [], static (_, _, _) => Task.FromResult<byte[]>([]));
        context.AddUnaryMethod(Method(Logs, OtlpGrpcMessage.Marshaller), [], static (service, message, call) => service.ExportAsync(OtlpSignal.Logs, message, call));
    }

    private static Method<T, byte[]> Method<T>(string service, Marshaller<T> request)
        where T : class => new(MethodType.Unary, service, "Export", request, s_response);
}
