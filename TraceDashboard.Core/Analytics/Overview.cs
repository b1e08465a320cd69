using TraceDashboard.Core.Search;

namespace TraceDashboard.Core.Analytics;

/// <summary>A period at a glance, beside the one of the same length before it.</summary>
public sealed record Overview
{
    /// <summary>The range that was summed up: what was asked for, extended to whole minutes or quarters of an hour.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required OverviewTotals Current { get; init; }

    public required OverviewTotals Previous { get; init; }

    /// <summary>Length of a bucket of <see cref="Series"/>.</summary>
    public required TimeSpan Bucket { get; init; }

    /// <summary>All buckets of the range, empty ones too, aligned to the reader's time zone.</summary>
    public required IReadOnlyList<OverviewPoint> Series { get; init; }

    /// <summary>The models that cost most, most expensive first, and then what all others cost together.</summary>
    public required IReadOnlyList<ModelCost> CostByModel { get; init; }

    /// <summary>The models with most calls whose cost is unknown, by number of such calls; those that are named.</summary>
    public required IReadOnlyList<UnpricedModel> UnpricedModels { get; init; }

    public required RollupLag Lag { get; init; }
}

/// <summary>The traces of a period that stand out.</summary>
public sealed record OverviewTraces(IReadOnlyList<TraceListItem> Slowest, IReadOnlyList<TraceListItem> MostExpensive);

/// <summary>One bucket of a time series.</summary>
/// <param name="Start">Where the bucket begins; the first one may begin before the range.</param>
/// <param name="Previous">The same bucket one length of the range earlier.</param>
public sealed record OverviewPoint(DateTimeOffset Start, OverviewTotals Totals, OverviewTotals Previous);

/// <summary>What calls of one model cost.</summary>
/// <param name="Model">Empty when the calls did not name one; null for all models that have no series of their own.</param>
/// <param name="Total">USD over the whole range; null when no call has a price.</param>
/// <param name="Points">USD in each bucket of the series; null where there were calls and none has a price.</param>
/// <param name="UnpricedCalls">Calls whose cost is unknown.</param>
public sealed record ModelCost(string? Model, decimal? Total, IReadOnlyList<decimal?> Points, long UnpricedCalls);

/// <summary>A model that was called without a known price or without usage.</summary>
public sealed record UnpricedModel(string Model, long Calls);

/// <summary>How far the sums are behind what is stored.</summary>
/// <param name="Minutes">Minutes that have changed since they were summed up.</param>
/// <param name="Oldest">The earliest of them; null when there is none.</param>
public readonly record struct RollupLag(int Minutes, DateTimeOffset? Oldest);
