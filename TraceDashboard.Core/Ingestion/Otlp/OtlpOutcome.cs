using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>What became of an export, before it is put into the form of a transport.</summary>
/// <param name="StatusCode">Of HTTP; <see cref="GrpcCode"/> is the same for gRPC.</param>
/// <param name="Message">Why it failed, or why spans were rejected.</param>
/// <param name="Rejected">Spans that were not taken although the rest was.</param>
/// <param name="RetryAfter">When the sender should come again; null when that is of no use.</param>
internal readonly record struct OtlpOutcome(int StatusCode, string Message, long Rejected = 0, TimeSpan? RetryAfter = null)
{
    public bool IsSuccess => StatusCode == StatusCodes.Status200OK;

    /// <summary>A code of google.rpc.Code.</summary>
    public uint GrpcCode => StatusCode switch
    {
        StatusCodes.Status200OK => 0,
        StatusCodes.Status400BadRequest or StatusCodes.Status415UnsupportedMediaType => 3, // INVALID_ARGUMENT
        StatusCodes.Status401Unauthorized => 16, // UNAUTHENTICATED
        StatusCodes.Status403Forbidden => 7, // PERMISSION_DENIED
        StatusCodes.Status408RequestTimeout => 4, // DEADLINE_EXCEEDED
        StatusCodes.Status413PayloadTooLarge => 8, // RESOURCE_EXHAUSTED
        StatusCodes.Status499ClientClosedRequest => 1, // CANCELLED
        StatusCodes.Status503ServiceUnavailable => 14, // UNAVAILABLE
        _ => 2, // UNKNOWN
    };

    /// <summary>All spans are stored but those rejected, if any.</summary>
    public static OtlpOutcome Success(long rejected = 0, string message = "") => new(StatusCodes.Status200OK, message, rejected);

    public static OtlpOutcome Failure(int statusCode, string message) => new(statusCode, message);

    public static OtlpOutcome Failure(Refusal refusal) => new(refusal.StatusCode, refusal.Message, RetryAfter: refusal.RetryAfter);
}
