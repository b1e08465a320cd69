using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>OTLP/HTTP of opentelemetry-proto 1.11: <c>POST /v1/traces</c> with protobuf or JSON, plain or gzip.</summary>
public static class OtlpHttpEndpoints
{
    public static IEndpointConventionBuilder MapOtlpHttp(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/traces", ExportAsync)
            .RequireApiKey()
            .WithMetadata(new AccessErrorWriter(OtlpResult.WriteFailureAsync))
            .ExcludeFromDescription();

    private static async Task<IResult> ExportAsync(HttpContext context, IngestionPipeline pipeline, IOptions<IngestionOptions> options)
    {
        if (OtlpEncodings.FromContentType(context.Request.ContentType) is not { } encoding)
            return OtlpResult.Failure(OtlpEncoding.Json, StatusCodes.Status415UnsupportedMediaType,
                $"Content-Type is '{context.Request.ContentType}'; send application/x-protobuf or application/json.");
        return await new OtlpTraceExport(pipeline, options.Value).RunAsync(context, encoding, context.RequestAborted);
    }
}
