using Microsoft.AspNetCore.Http;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>An answer of OTLP/HTTP: ExportTraceServiceResponse, or google.rpc.Status for a failure, in the encoding of the request.</summary>
internal sealed class OtlpResult(OtlpEncoding encoding, OtlpOutcome outcome, OtlpSignal signal = OtlpSignal.Traces) : IResult
{
    /// <summary>In the encoding of the request, or JSON when that is unknown.</summary>
    public static Task WriteFailureAsync(HttpContext context, int statusCode, string message) =>
        new OtlpResult(OtlpEncodings.FromContentType(context.Request.ContentType) ?? OtlpEncoding.Json, OtlpOutcome.Failure(statusCode, message)).ExecuteAsync(context);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var body = outcome.IsSuccess
            ? OtlpMessages.Response(encoding, signal, outcome.Rejected, outcome.Message)
            : OtlpMessages.Status(encoding, outcome.GrpcCode, outcome.Message);
        var response = httpContext.Response;
        response.StatusCode = outcome.StatusCode;
        response.ContentType = encoding.MediaType();
        response.ContentLength = body.Length;
        if (body.Length > 0)
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
