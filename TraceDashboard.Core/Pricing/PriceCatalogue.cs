using System.Globalization;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

/// <summary>
/// Prices of models and the rules that turn token counts into cost. Never guesses: a missing price or missing usage is an unknown cost.
/// Buckets that the client did not report are taken as not used, so a call is priced by those that it did; one without any is unknown.
/// Thread-safe.
/// </summary>
public sealed class PriceCatalogue
{
    private const decimal PicoPerTokenFromUsdPerMillion = 1_000_000m;

    private static readonly NumberFormatInfo s_thinSpaces = new() { NumberGroupSeparator = "\u202f" };

    private static readonly Lazy<PriceCatalogue> s_default = new(LoadDefault);

    private readonly PriceMatcher _matcher;
    private readonly IReadOnlyList<ModelPrice> _prices;

    private PriceCatalogue(string version, IReadOnlyList<ModelPrice> prices)
    {
        Version = version;
        _prices = prices;
        _matcher = new PriceMatcher(prices);
    }

    /// <summary>The catalogue that comes with the product.</summary>
    public static PriceCatalogue Default => s_default.Value;

    /// <summary>The date of the figures, as <c>yyyy-MM-dd</c>. Part of every price key.</summary>
    public string Version { get; }

    /// <summary>Number of prices.</summary>
    public int Count => _prices.Count;

    internal IReadOnlyList<ModelPrice> Prices => _prices;

    internal PriceMatcher Matcher => _matcher;

    /// <summary>Reads a price file; see <c>model-prices.jsonl</c> for its form.</summary>
    /// <exception cref="InvalidDataException">A line that cannot be read; names the line.</exception>
    public static PriceCatalogue Load(Stream stream)
    {
        var (version, prices) = PriceFile.Read(stream);
        return new PriceCatalogue(version, prices);
    }

    /// <summary>What a call cost by the catalogue. Allocates the answer and, for names that were seen before, nothing else.</summary>
    /// <param name="provider">Any known name of a provider, OTel's first; null when the span names none.</param>
    /// <param name="responseModel">Looked up first.</param>
    /// <param name="requestModel">Looked up when the response model has no price.</param>
    /// <param name="usage">Null when the call reported no usage.</param>
    /// <param name="serviceTier"><c>batch</c>, <c>priority</c> or <c>flex</c>; anything else is the standard tier.</param>
    /// <param name="at">When the call was made, for prices that changed; null takes the one of the catalogue's date.</param>
    public Cost Price(string? provider, string? responseModel, string? requestModel, TokenUsage? usage, string? serviceTier, DateTimeOffset? at)
    {
        if (_matcher.Match(provider, responseModel, requestModel).Price?.At(at) is not { } price)
            return Cost.Unknown;
        return price.Total(usage, ServiceTiers.Parse(serviceTier)) is { } pico
            ? new Cost(PicoDollars.ToUsd((decimal)pico), CostSource.Computed, price.Key)
            : Cost.Unknown;
    }

    /// <summary>How <see cref="Price"/> comes to its result, line by line.</summary>
    /// <param name="reportedCost">USD as sent by the client, which counts before what is computed; null when it sent none.</param>
    public CostLedger Explain(
        string? provider, string? responseModel, string? requestModel, TokenUsage? usage, string? serviceTier, DateTimeOffset? at, decimal? reportedCost = null)
    {
        var match = _matcher.Match(provider, responseModel, requestModel);
        var reported = reportedCost is null ? null : new Cost(reportedCost, CostSource.Reported);
        if (match.Price?.At(at) is not { } price)
            return new CostLedger { Cost = reported ?? Cost.Unknown, Lines = [], UnknownBecause = match.Problem };

        var tier = ServiceTiers.Parse(serviceTier);
        var band = price.BandFor(usage?.InputTotal ?? 0);
        var ledger = new CostLedger
        {
            Cost = reported ?? Cost.Unknown,
            Lines = [],
            PriceKey = price.Key,
            Rule = RuleInWords(match, price),
            Tier = TierInWords(tier, band, serviceTier),
        };
        if (price.Total(usage, tier) is not { } pico)
            return ledger with { UnknownBecause = WhyNoTotal(usage, band.For(tier)) };

        var computed = PicoDollars.ToUsd((decimal)pico);
        return ledger with
        {
            Cost = reported ?? new Cost(computed, CostSource.Computed, price.Key),
            Lines = [.. Lines(price, band.For(tier), usage)],
            Computed = computed,
        };
    }

    private static IEnumerable<CostLine> Lines(ModelPrice price, PriceSheet sheet, TokenUsage? usage)
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

    private static string RuleInWords(PriceMatch match, ModelPrice price)
    {
        var parts = new List<string> { $"{(match.ByRequestModel ? "request" : "response")} model “{match.Model}”" };
        if (match.Changes.HasFlag(NameChanges.Prefix))
            parts.Add("prefix stripped");
        if (match.Changes.HasFlag(NameChanges.Region))
            parts.Add("region stripped");
        if (match.Changes.HasFlag(NameChanges.Revision))
            parts.Add("revision stripped");
        if (match.Changes.HasFlag(NameChanges.Date))
            parts.Add(price.Model.Length > match.Model!.Length ? "newest date taken" : "date stripped");
        if (match.Changes.HasFlag(NameChanges.FineTune))
            parts.Add("fine-tune owner stripped");
        if (match.Changes.HasFlag(NameChanges.Punctuation))
            parts.Add("dots and dashes taken as the same");
        if (match.ByOtherProvider)
            parts.Add($"price of {price.Provider}, as the span's own provider has none or is not named");
        return string.Join(", ", parts);
    }

    private static string TierInWords(ServiceTier tier, PriceBand band, string? asked)
    {
        var size = band.Over > 0 ? string.Create(s_thinSpaces, $"over {band.Over:N0} input tokens") : null;
        var service = tier == ServiceTier.Standard ? "standard"
            : band.Has(tier) ? tier.ToString().ToLowerInvariant()
            : $"standard (no {asked!.Trim().ToLowerInvariant()} price is known)";
        return size is null ? service : $"{service}, {size}";
    }

    private static PriceCatalogue LoadDefault()
    {
        using var stream = typeof(PriceCatalogue).Assembly.GetManifestResourceStream("TraceDashboard.Core.Pricing.model-prices.jsonl")
            ?? throw new InvalidOperationException("The price catalogue is not embedded in the assembly.");
        return Load(stream);
    }
}
