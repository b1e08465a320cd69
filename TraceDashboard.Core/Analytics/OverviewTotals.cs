namespace TraceDashboard.Core.Analytics;

/// <summary>Sums of a period. Traces count where they started, model calls where they started.</summary>
public sealed record OverviewTotals
{
    public long Traces { get; init; }

    /// <summary>Traces that failed.</summary>
    public long Errors { get; init; }

    /// <summary>Median duration of the traces that ended; null when none did.</summary>
    public TimeSpan? LatencyP50 { get; init; }

    public TimeSpan? LatencyP95 { get; init; }

    /// <summary>Model calls; one that was seen twice is counted once.</summary>
    public long Calls { get; init; }

    /// <summary>Model calls whose cost is unknown: with them <see cref="Cost"/> is a lower bound.</summary>
    public long UnpricedCalls { get; init; }

    /// <summary>Cached ones included; null when there were calls and none of them says.</summary>
    public long? TokensIn { get; init; }

    public long TokensCached { get; init; }

    /// <summary>Null when there were calls and none of them says.</summary>
    public long? TokensOut { get; init; }

    /// <summary>USD; null when there were calls and none of them has a price.</summary>
    public decimal? Cost { get; init; }
}
