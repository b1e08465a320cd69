using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

/// <summary>Why a call cost what it did: the reader can check every figure by hand.</summary>
public sealed record CostLedger
{
    /// <summary>What counts: the reported cost if the client sent one, else the computed.</summary>
    public required Cost Cost { get; init; }

    /// <summary>What the catalogue makes of the usage. Filled even when the client's own figure counts; empty when it cannot be computed.</summary>
    public required IReadOnlyList<CostLine> Lines { get; init; }

    /// <summary>The sum of <see cref="Lines"/>, exactly; null when it cannot be computed.</summary>
    public decimal? Computed { get; init; }

    /// <summary><c>version/provider/model</c> of the price that <see cref="Lines"/> use.</summary>
    public string? PriceKey { get; init; }

    /// <summary>How the price was found, in words; null when none was.</summary>
    public string? Rule { get; init; }

    /// <summary>Which of the model's prices was in force, in words, as <c>standard</c> or <c>priority, over 200 000 input tokens</c>; null when none was.</summary>
    public string? Tier { get; init; }

    /// <summary>Why nothing could be computed, in words; null when it could.</summary>
    public string? UnknownBecause { get; init; }
}

/// <summary>One line of a ledger: quantity times price.</summary>
/// <param name="Bucket">What is billed.</param>
/// <param name="Quantity">Tokens; 1 for <see cref="TokenBucket.Request"/>.</param>
/// <param name="UsdPerMillion">USD per million tokens; null for <see cref="TokenBucket.Request"/>.</param>
/// <param name="Usd">Exact.</param>
/// <param name="PricedAs">The bucket whose price stands in, as the provider has none for this one; null when it has.</param>
public sealed record CostLine(TokenBucket Bucket, long Quantity, decimal? UsdPerMillion, decimal Usd, TokenBucket? PricedAs);
