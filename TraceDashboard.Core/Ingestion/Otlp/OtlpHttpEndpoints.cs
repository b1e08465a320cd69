using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// OTLP/HTTP of opentelemetry-proto 1.11: <c>POST /v1/traces</c> and <c>/v1/logs</c> with protobuf or JSON, plain or gzip. Of logs
/// the contents of spans are kept; the rest of them, and metrics, which collectors send beside, are answered and not kept.
/// </summary>
public static class OtlpHttpEndpoints
{
    /// <summary>Where clients of other products expect <c>/v1/traces</c>, so that only the host has to be changed in them.</summary>
    private static readonly string[] s_prefixes =
    [
        "",
        "/api/public/otel", // Langfuse
        "/api/v1/private/otel", // Opik
        "/otel", // LangSmith, Braintrust, Weave
        "/api/v1/otel", // LangSmith on a host of one's own
        "/api/otel", // LangWatch
        "/otlp", // Grafana
        "/api/otlp", // Agenta
    ];

    public static void MapOtlpHttp(this IEndpointRouteBuilder endpoints)
    {
        foreach (var prefix in s_prefixes)
        {
            var group = endpoints.MapGroup(prefix + "/v1").RequireApiKey(ApiKeyScopes.Ingest).WithMetadata(new AccessErrorWriter(OtlpResult.WriteFailureAsync), new OtlpEndpoint(OtlpTransport.Http)).TakesOtherOrigins().ExcludeFromDescription();
            group.MapPost("/traces", static (HttpContext context, IngestionPipeline pipeline, IOptions<IngestionOptions> options) => ExportAsync(OtlpSignal.Traces, context, pipeline, options));
            group.MapPost("/metrics", Ignore);
            group.MapPost("/logs", static (HttpContext context, IngestionPipeline pipeline, IOptions<IngestionOptions> options) => ExportAsync(OtlpSignal.Logs, context, pipeline, options));
        }
    }

    private static async Task<IResult> ExportAsync(OtlpSignal signal, HttpContext context, IngestionPipeline pipeline, IOptions<IngestionOptions> options)
    {
        if (!TryGetEncoding(context, out var encoding, out var refusal))
            return refusal;
        using var body = await RequestBody.ReadAsync(context, options.Value.MaxBodyBytes);
        return new OtlpResult(encoding, await new OtlpExport(signal, pipeline, options.Value).RunAsync(context.GetProjectId(), encoding, body, context.RequestAborted), signal);
    }

    private static OtlpResult Ignore(HttpContext context) =>
        TryGetEncoding(context, out var encoding, out var refusal) ? new OtlpResult(encoding, OtlpOutcome.Success()) : refusal;

    private static bool TryGetEncoding(HttpContext context, out OtlpEncoding encoding, out OtlpResult refusal)
    {
        var found = OtlpEncodings.FromContentType(context.Request.ContentType);
        encoding = found ?? OtlpEncoding.Json;
        refusal = new OtlpResult(encoding, OtlpOutcome.Failure(StatusCodes.Status415UnsupportedMediaType,
            $"Content-Type is '{context.Request.ContentType}'; send application/x-protobuf or application/json."));
        return found is not null;
    }
}
