using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Search;

/// <summary>One row of a list of traces.</summary>
public sealed record TraceListItem
{
    public required string TraceId { get; init; }

    public string? Name { get; init; }

    public string? InputPreview { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Where it stands in the list: its start, but no later than a day after it was first received.</summary>
    public required DateTimeOffset OrderTime { get; init; }

    /// <summary>Whether it claims to start more than a day after it came.</summary>
    public bool IsDatedAhead => OrderTime < StartTime;

    /// <summary>Null while a span is open.</summary>
    public TimeSpan? Duration { get; init; }

    public required SpanStatus Status { get; init; }

    public required TraceActivity Activity { get; init; }

    public int SpanCount { get; init; }

    public int ErrorCount { get; init; }

    public string? Model { get; init; }

    /// <summary>How many different models were called.</summary>
    public int ModelCount { get; init; }

    public TimeSpan? Ttft { get; init; }

    public long? TokensIn { get; init; }

    public long? TokensOut { get; init; }

    /// <summary>Of calls of which only the total is known.</summary>
    public long? TokensUnsplit { get; init; }

    /// <summary>All of them; null when none is known.</summary>
    public long? TokensTotal => TokenUsage.Sum(TokensIn, TokensOut, TokensUnsplit);

    /// <summary>USD; null when no call has a price.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Model calls whose cost is unknown: with them <see cref="Cost"/> is a lower bound.</summary>
    public int UnpricedCalls { get; init; }

    /// <summary>Whether calls are missing in <see cref="Cost"/>; of a running trace, whose calls may only not have ended, that is not known.</summary>
    public bool IsCostLowerBound => Cost is not null && UnpricedCalls > 0 && Activity is not TraceActivity.Running;

    public string? UserId { get; init; }

    public string? SessionId { get; init; }

    public required string Environment { get; init; }

    /// <summary>What the scores of the trace and of its spans come to, by name.</summary>
    public IReadOnlyList<ScoreAverage> Scores { get; init; } = [];

    /// <summary>Grows with every change of the trace and of its spans; scores come without one.</summary>
    public required long Version { get; init; }
}
