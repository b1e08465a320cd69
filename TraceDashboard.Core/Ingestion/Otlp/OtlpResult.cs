using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>An answer of OTLP/HTTP: ExportTraceServiceResponse, or google.rpc.Status for a failure, in the encoding of the request.</summary>
internal sealed class OtlpResult : IResult
{
    private readonly OtlpEncoding _encoding;
    private readonly int _statusCode;
    private readonly byte[] _body;
    private readonly TimeSpan? _retryAfter;

    private OtlpResult(OtlpEncoding encoding, int statusCode, byte[] body, TimeSpan? retryAfter = null) =>
        (_encoding, _statusCode, _body, _retryAfter) = (encoding, statusCode, body, retryAfter);

    /// <summary>All spans are stored but those rejected, if any.</summary>
    public static OtlpResult Success(OtlpEncoding encoding, long rejected, string message)
    {
        if (rejected == 0)
            return new OtlpResult(encoding, StatusCodes.Status200OK, encoding == OtlpEncoding.Json ? "{}"u8.ToArray() : []);

        var body = new JsonBuffer();
        if (encoding == OtlpEncoding.Json)
        {
            body.Write("{\"partialSuccess\":{\"rejectedSpans\":\""u8);
            body.WriteLong(rejected);
            body.Write("\",\"errorMessage\":"u8);
            body.WriteString(message);
            body.Write("}}"u8);
        }
        else
        {
            var partial = new JsonBuffer();
            WriteVarint(partial, 1, (ulong)rejected);
            WriteText(partial, 2, Encoding.UTF8.GetBytes(message));
            WriteText(body, 1, partial.Written);
        }

        return new OtlpResult(encoding, StatusCodes.Status200OK, body.ToArray());
    }

    public static OtlpResult Failure(OtlpEncoding encoding, int statusCode, string message, TimeSpan? retryAfter = null)
    {
        var body = new JsonBuffer();
        var code = GrpcCode(statusCode);
        if (encoding == OtlpEncoding.Json)
        {
            body.Write("{\"code\":"u8);
            body.WriteUnsigned(code);
            body.Write(",\"message\":"u8);
            body.WriteString(message);
            body.Write((byte)'}');
        }
        else
        {
            WriteVarint(body, 1, code);
            WriteText(body, 2, Encoding.UTF8.GetBytes(message));
        }

        return new OtlpResult(encoding, statusCode, body.ToArray(), retryAfter);
    }

    /// <summary>In the encoding of the request, or JSON when that is unknown.</summary>
    public static Task WriteFailureAsync(HttpContext context, int statusCode, string message) =>
        Failure(OtlpEncodings.FromContentType(context.Request.ContentType) ?? OtlpEncoding.Json, statusCode, message).ExecuteAsync(context);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _statusCode;
        response.ContentType = _encoding.MediaType();
        response.ContentLength = _body.Length;
        if (_retryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (_body.Length > 0)
            await response.Body.WriteAsync(_body, httpContext.RequestAborted);
    }

    private static uint GrpcCode(int statusCode) => statusCode switch
    {
        StatusCodes.Status400BadRequest or StatusCodes.Status415UnsupportedMediaType => 3, // INVALID_ARGUMENT
        StatusCodes.Status401Unauthorized => 16, // UNAUTHENTICATED
        StatusCodes.Status403Forbidden => 7, // PERMISSION_DENIED
        StatusCodes.Status408RequestTimeout => 4, // DEADLINE_EXCEEDED
        StatusCodes.Status413PayloadTooLarge => 8, // RESOURCE_EXHAUSTED
        StatusCodes.Status503ServiceUnavailable => 14, // UNAVAILABLE
        _ => 2, // UNKNOWN
    };

    private static void WriteVarint(JsonBuffer target, uint field, ulong value)
    {
        target.Write((byte)(field << 3));
        WriteVarint(target, value);
    }

    private static void WriteText(JsonBuffer target, uint field, ReadOnlySpan<byte> text)
    {
        target.Write((byte)((field << 3) | (uint)WireType.Length));
        WriteVarint(target, (ulong)text.Length);
        target.Write(text);
    }

    private static void WriteVarint(JsonBuffer target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            target.Write((byte)(value | 0x80));
        target.Write((byte)value);
    }
}
