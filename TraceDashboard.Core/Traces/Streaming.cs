using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces;

/// <summary>How fast a model answered. Null for calls that did not stream: their duration says nothing about it.</summary>
public static class Streaming
{
    /// <summary>From the start of the call to its first token.</summary>
    public static TimeSpan? TimeToFirstToken(this SpanFacts span) =>
        span is { StartTime: { } start, FirstTokenTime: { } first } && first >= start ? UnixNanos.ToTimeSpan(first - start) : null;

    /// <summary>
    /// Tokens after the first by the time since the first: the speed of decoding, without the wait for it. Without those of reasoning
    /// too: a model does it before it sends anything, as a rule, and in the time since they would make a speed that no model has.
    /// </summary>
    /// <param name="now">The end of spans that are open, in nanoseconds since the Unix epoch.</param>
    public static double? OutputTokensPerSecond(this SpanFacts span, long now)
    {
        if (span is not { FirstTokenTime: { } first, Usage: { OutputTotal: { } output } usage } || output - (usage.Reasoning ?? 0) is not (>= 2 and var tokens))
            return null;
        var nanos = (span.EndTime ?? now) - first;
        return nanos <= 0 ? null : (tokens - 1) * (double)UnixNanos.PerSecond / nanos;
    }
}
