using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Prices;

/// <summary>A model that was called, by the names that its calls carry.</summary>
public sealed record ModelUsage
{
    /// <summary>Null when the calls name none.</summary>
    public required string? Provider { get; init; }

    public required string Model { get; init; }

    public required long Calls { get; init; }

    /// <summary>Calls whose cost is unknown.</summary>
    public required long Unpriced { get; init; }

    public required long TokensIn { get; init; }

    public required long TokensCached { get; init; }

    public required long TokensOut { get; init; }

    /// <summary>USD; a lower bound when some are unpriced, null when all are.</summary>
    public required decimal? Cost { get; init; }

    /// <summary>The price that a call has now.</summary>
    public required PriceAnswer Price { get; init; }
}
