namespace TraceDashboard.Core.Api;

/// <summary>A request is not taken, for a reason that its sender can do something about. Each protocol says so in its own form.</summary>
/// <param name="statusCode">Of HTTP.</param>
/// <param name="message">Why, and what to do.</param>
internal sealed class RequestRefusedException(int statusCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int StatusCode { get; } = statusCode;
}
