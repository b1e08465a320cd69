namespace TraceDashboard.Core.Traces;

/// <summary>
/// The narrow part of a span: what summaries, trees and waterfalls are made of. Times are nanoseconds since the Unix epoch,
/// because a waterfall must not lose those that .NET's ticks cannot hold.
/// </summary>
public sealed record SpanFacts
{
    public required string SpanId { get; init; }

    public string? ParentSpanId { get; init; }

    public string? Name { get; init; }

    public SpanKind Kind { get; init; }

    public SpanStatus Status { get; init; }

    public long? StartTime { get; init; }

    /// <summary>Null while the span is open.</summary>
    public long? EndTime { get; init; }

    public long? FirstTokenTime { get; init; }

    public string? Provider { get; init; }

    /// <summary>The model that answered, or else the one that was asked.</summary>
    public string? Model { get; init; }

    public string? RequestModel { get; init; }

    public string? ServiceTier { get; init; }

    public string? ResponseId { get; init; }

    public TokenUsage? Usage { get; init; }

    public Cost Cost { get; init; } = Cost.Unknown;

    /// <summary>Nothing but log records was received of it: when it began and ended is not known, nor will be unless it comes itself.</summary>
    public bool OnlyLogs { get; init; }

    /// <summary>Whether it has not ended as far as is known.</summary>
    public bool IsOpen => EndTime is null && !OnlyLogs;

    /// <summary>Whether its tokens and cost count towards the trace.</summary>
    public bool Counted { get; init; }

    /// <summary>What all spans that tell the call know of it together; null when this one knows as much, or does not count.</summary>
    public LayeredCall? Layers { get; init; }

    public long ReceivedAt { get; init; }

    /// <summary>
    /// When a span ended as it is shown: not before it began. The two may be told by messages with different clocks; each is stored as it came,
    /// because an earlier start or another end may follow.
    /// </summary>
    public static long? EndOf(long? start, long? end) => end < start ? start : end;

    /// <summary>The call as the trace counts it: the span with what others know of it.</summary>
    public SpanFacts AsCall() => Layers is not { } layers ? this : this with
    {
        Usage = layers.Usage,
        Cost = layers.Cost,
        Provider = layers.Provider,
        Model = layers.Model,
        RequestModel = layers.RequestModel,
        ServiceTier = layers.ServiceTier,
        FirstTokenTime = layers.FirstTokenTime,
        Status = layers.Status,
        Layers = null,
    };
}
