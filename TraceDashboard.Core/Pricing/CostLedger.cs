using System.Globalization;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

/// <summary>Why a call cost what it did: the reader can check every figure by hand.</summary>
public sealed record CostLedger
{
    private const decimal PicoPerTokenFromUsdPerMillion = 1_000_000m;

    private static readonly NumberFormatInfo s_thinSpaces = new() { NumberGroupSeparator = "\u202f" };

    /// <summary>What counts: the reported cost if the client sent one, else the computed.</summary>
    public required Cost Cost { get; init; }

    /// <summary>What the prices make of the usage. Filled even when the client's own figure counts; empty when it cannot be computed.</summary>
    public required IReadOnlyList<CostLine> Lines { get; init; }

    /// <summary>The sum of <see cref="Lines"/>, exactly; null when it cannot be computed.</summary>
    public decimal? Computed { get; init; }

    /// <summary><c>version/provider/model</c>, or <c>own/price/version</c>, of the price that <see cref="Lines"/> use.</summary>
    public string? PriceKey { get; init; }

    /// <summary>Whose price it is and of when, in words, as <c>yours, from 2026-01-01</c> or <c>catalogue of 2026-07-24</c>; null when there is none.</summary>
    public string? Version { get; init; }

    /// <summary>How the price was found, in words; null when none was.</summary>
    public string? Rule { get; init; }

    /// <summary>Which of the model's prices was in force, in words, as <c>standard</c> or <c>priority, over 200 000 input tokens</c>; null when none was.</summary>
    public string? Tier { get; init; }

    /// <summary>Why nothing could be computed, in words; null when it could.</summary>
    public string? UnknownBecause { get; init; }

    /// <summary>What the call would cost with the prices of now, where a stored cost is another; null when it is not.</summary>
    public Cost? Now { get; init; }

    internal static Cost CostOf(ModelPrice price, TokenUsage? usage, string? serviceTier) =>
        price.Total(usage, ServiceTiers.Parse(serviceTier)) is { } pico
            ? new Cost(PicoDollars.ToUsd((decimal)pico), CostSource.Computed, price.Key)
            : Cost.Unknown;

    internal static CostLedger Of(ModelPrice price, string? rule, TokenUsage? usage, string? serviceTier, decimal? reportedCost)
    {
        var reported = reportedCost is null ? null : new Cost(reportedCost, CostSource.Reported);
        var tier = ServiceTiers.Parse(serviceTier);
        var band = price.BandFor(usage?.InputTotal ?? 0);
        var ledger = new CostLedger
        {
            Cost = reported ?? Cost.Unknown,
            Lines = [],
            PriceKey = price.Key,
            Version = price.VersionInWords(),
            Rule = rule,
            Tier = TierInWords(tier, band, serviceTier),
        };
        if (price.Total(usage, tier) is not { } pico)
            return ledger with { UnknownBecause = WhyNoTotal(usage, band.For(tier)) };

        var computed = PicoDollars.ToUsd((decimal)pico);
        return ledger with
        {
            Cost = reported ?? new Cost(computed, CostSource.Computed, price.Key),
            Lines = [.. LinesOf(price, band.For(tier), usage)],
            Computed = computed,
        };
    }

    private static IEnumerable<CostLine> LinesOf(ModelPrice price, PriceSheet sheet, TokenUsage? usage)
    {
        for (var bucket = TokenBucket.Input; bucket < TokenBucket.Request; bucket++)
        {
            var tokens = usage is null ? 0 : TokenBuckets.Of(usage, bucket) ?? 0;
            if (tokens <= 0 || !sheet.TryGet(bucket, out var pico))
                continue;
            var source = sheet.SourceOf(bucket);
            yield return new CostLine(
                bucket, tokens, pico / PicoPerTokenFromUsdPerMillion, PicoDollars.ToUsd((decimal)tokens * pico), source == bucket ? null : source);
        }

        if (price.PerRequest is { } perRequest)
            yield return new CostLine(TokenBucket.Request, 1, null, PicoDollars.ToUsd(perRequest), null);
    }

    private static string WhyNoTotal(TokenUsage? usage, PriceSheet sheet)
    {
        if (usage?.Unsplit > 0)
            return "Only the total of its tokens is known, not what is input and what is output.";
        if (usage is not null)
        {
            for (var bucket = TokenBucket.Input; bucket < TokenBucket.Request; bucket++)
            {
                if (TokenBuckets.Of(usage, bucket) > 0 && !sheet.TryGet(bucket, out _))
                    return $"The price of {TokenBuckets.Words(bucket)} tokens is not known for this model.";
            }
        }

        return "The span reports no token counts.";
    }

    private static string TierInWords(ServiceTier tier, PriceBand band, string? asked)
    {
        var size = band.Over > 0 ? string.Create(s_thinSpaces, $"over {band.Over:N0} input tokens") : null;
        var service = tier == ServiceTier.Standard ? "standard"
            : band.Has(tier) ? tier.ToString().ToLowerInvariant()
            : $"standard (no {asked!.Trim().ToLowerInvariant()} price is known)";
        return size is null ? service : $"{service}, {size}";
    }
}

/// <summary>One line of a ledger: quantity times price.</summary>
/// <param name="Bucket">What is billed.</param>
/// <param name="Quantity">Tokens; 1 for <see cref="TokenBucket.Request"/>.</param>
/// <param name="UsdPerMillion">USD per million tokens; null for <see cref="TokenBucket.Request"/>.</param>
/// <param name="Usd">Exact.</param>
/// <param name="PricedAs">The bucket whose price stands in, as the provider has none for this one; null when it has.</param>
public sealed record CostLine(TokenBucket Bucket, long Quantity, decimal? UsdPerMillion, decimal Usd, TokenBucket? PricedAs);
