using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

/// <summary>
/// Prices of models and the rules that turn token counts into cost. Never guesses: a missing price or missing usage is an unknown cost.
/// Buckets that the client did not report are taken as not used, so a call is priced by those that it did; one without any is unknown.
/// Thread-safe.
/// </summary>
public sealed class PriceCatalogue
{
    private static readonly Lazy<PriceCatalogue> s_default = new(LoadDefault);

    private readonly PriceMatcher _matcher;
    private readonly IReadOnlyList<ModelPrice> _prices;
    private readonly Dictionary<string, ModelPrice> _byKey = new(StringComparer.Ordinal);

    private PriceCatalogue(string version, IReadOnlyList<ModelPrice> prices)
    {
        Version = version;
        _prices = prices;
        _matcher = new PriceMatcher(prices);
        foreach (var price in prices.SelectMany(p => p.Next is { } next ? [p, next.Price] : new[] { p }))
            _byKey.TryAdd(price.Key, price);
    }

    /// <summary>The catalogue that comes with the product.</summary>
    public static PriceCatalogue Default => s_default.Value;

    /// <summary>The date of the figures, as <c>yyyy-MM-dd</c>. Part of every price key.</summary>
    public string Version { get; }

    /// <summary>Number of prices.</summary>
    public int Count => _prices.Count;

    internal IReadOnlyList<ModelPrice> Prices => _prices;

    internal PriceMatcher Matcher => _matcher;

    /// <summary>Null for a price of another version of the catalogue.</summary>
    internal ModelPrice? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>Reads a price file; see <c>model-prices.jsonl</c> for its form.</summary>
    /// <exception cref="InvalidDataException">A line that cannot be read; names the line.</exception>
    public static PriceCatalogue Load(Stream stream)
    {
        var (version, prices) = PriceFile.Read(stream);
        return new PriceCatalogue(version, DatedPrices.WithTiers(prices));
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
        return CostLedger.CostOf(price, usage, serviceTier);
    }

    /// <summary>How <see cref="Price"/> comes to its result, line by line.</summary>
    /// <param name="reportedCost">USD as sent by the client, which counts before what is computed; null when it sent none.</param>
    public CostLedger Explain(
        string? provider, string? responseModel, string? requestModel, TokenUsage? usage, string? serviceTier, DateTimeOffset? at, decimal? reportedCost = null)
    {
        var match = _matcher.Match(provider, responseModel, requestModel);
        return match.Price?.At(at) is { } price
            ? CostLedger.Of(price, RuleInWords(match, price), usage, serviceTier, reportedCost)
            : new CostLedger { Cost = reportedCost is null ? Cost.Unknown : new Cost(reportedCost, CostSource.Reported), Lines = [], UnknownBecause = match.Problem };
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

    private static PriceCatalogue LoadDefault()
    {
        using var stream = typeof(PriceCatalogue).Assembly.GetManifestResourceStream("TraceDashboard.Core.Pricing.model-prices.jsonl")
            ?? throw new InvalidOperationException("The price catalogue is not embedded in the assembly.");
        return Load(stream);
    }
}
