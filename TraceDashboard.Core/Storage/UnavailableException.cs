namespace TraceDashboard.Core.Storage;

/// <summary>
/// Nothing was stored because there is no room or no store. The sender should try again after <see cref="RetryAfter"/>:
/// 503 with <c>Retry-After</c> over HTTP, UNAVAILABLE with <c>RetryInfo</c> over gRPC.
/// </summary>
public sealed class UnavailableException(string message, TimeSpan retryAfter, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
