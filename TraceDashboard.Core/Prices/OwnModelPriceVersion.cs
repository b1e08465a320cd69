using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Prices;

/// <summary>What was said of a price, once.</summary>
public sealed record OwnModelPriceVersion
{
    /// <summary>From 1, in the order in which they were said.</summary>
    public required int Number { get; init; }

    /// <summary>The time that it speaks of.</summary>
    public required Period Valid { get; init; }

    /// <summary>The times in which it is in force; none when later versions cover it, or when it ends the price.</summary>
    public required IReadOnlyList<Period> Periods { get; init; }

    /// <summary>Null: it ends the price for that time.</summary>
    public PriceTable? Prices { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
