using System.Globalization;
using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Api;

/// <summary>What a sender is told of a request that was not taken, before it is put into the form of a protocol.</summary>
/// <param name="StatusCode">Of HTTP.</param>
/// <param name="Message">Why, and what to do.</param>
/// <param name="RetryAfter">When to come again; null when that is of no use.</param>
internal readonly record struct Refusal(int StatusCode, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>Null for a fault of ours.</summary>
    /// <param name="exception">What ended the request.</param>
    /// <param name="aborted">Whether the sender has gone.</param>
    public static Refusal? Of(Exception exception, CancellationToken aborted) => exception switch
    {
        RequestRefusedException e => new(e.StatusCode, e.Message),
        UnavailableException e => new(StatusCodes.Status503ServiceUnavailable, e.Message, e.RetryAfter),

        // Nobody reads the answer; what was not acknowledged is sent again.
        OperationCanceledException or IOException when aborted.IsCancellationRequested => new(StatusCodes.Status499ClientClosedRequest, "The sender has gone."),
        BadHttpRequestException e => new(e.StatusCode, e.Message),
        _ => null,
    };

    /// <summary>The header that says when to come again, in whole seconds.</summary>
    public void WriteRetryAfter(IHeaderDictionary headers)
    {
        if (RetryAfter is { } wait)
            headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
