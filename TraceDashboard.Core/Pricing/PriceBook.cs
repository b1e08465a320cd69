using System.Diagnostics.CodeAnalysis;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

/// <summary>
/// What a project's calls are priced with: its own prices, and the catalogue behind them. For the response model and then for the request
/// model the own prices are tried, the most specific first (<see cref="ModelRule.Order"/>, then the newer); where none is in force at the
/// time of the call, the catalogue decides. Thread-safe.
/// </summary>
public sealed class PriceBook
{
    /// <summary>How the keys of own prices begin.</summary>
    internal const string OwnKeys = "own/";

    private readonly PriceCatalogue _catalogue;
    private readonly OwnPrice[] _own;
    private readonly NameCache<Candidate[]> _candidates = new();

    internal PriceBook(PriceCatalogue catalogue, IEnumerable<OwnPrice> own)
    {
        _catalogue = catalogue;
        _own = [.. own.OrderBy(p => p.Rule.Order).ThenByDescending(p => p.Order)];
    }

    /// <summary>The most specific first.</summary>
    internal IReadOnlyList<OwnPrice> Own => _own;

    /// <summary>What a call cost. Allocates the answer and, for names that were seen before, nothing else.</summary>
    /// <param name="provider">Any known name of a provider, OTel's first; null when the span names none.</param>
    /// <param name="responseModel">Looked up first.</param>
    /// <param name="requestModel">Looked up when the response model has no price.</param>
    /// <param name="usage">Null when the call reported no usage.</param>
    /// <param name="serviceTier"><c>batch</c>, <c>priority</c> or <c>flex</c>; anything else is the standard tier.</param>
    /// <param name="at">When the call was made.</param>
    public Cost Price(string? provider, string? responseModel, string? requestModel, TokenUsage? usage, string? serviceTier, DateTimeOffset at) =>
        TryFindOwn(provider, responseModel, requestModel, at, out _, out var price)
            ? CostLedger.CostOf(price, usage, serviceTier)
            : _catalogue.Price(provider, responseModel, requestModel, usage, serviceTier, at);

    /// <summary>How <see cref="Price"/> comes to its result, line by line.</summary>
    /// <param name="reportedCost">USD as sent by the client, which counts before what is computed; null when it sent none.</param>
    public CostLedger Explain(
        string? provider, string? responseModel, string? requestModel, TokenUsage? usage, string? serviceTier, DateTimeOffset at, decimal? reportedCost = null) =>
        TryFindOwn(provider, responseModel, requestModel, at, out var candidate, out var price)
            ? CostLedger.Of(price, candidate.InWords(), usage, serviceTier, reportedCost)
            : _catalogue.Explain(provider, responseModel, requestModel, usage, serviceTier, at, reportedCost);

    /// <summary>How a stored cost came about: with the price that it was computed with, whatever a call would cost now.</summary>
    public CostLedger Explain(Cost stored, string? provider, string? responseModel, string? requestModel, TokenUsage? usage, string? serviceTier, DateTimeOffset at)
    {
        var now = Explain(provider, responseModel, requestModel, usage, serviceTier, at, stored.Source == CostSource.Reported ? stored.Amount : null);
        if (now.Cost == stored)
            return now;
        var then = stored.PriceKey is { } key && Find(key) is { } price ? CostLedger.Of(price, null, usage, serviceTier, null) : null;
        var ledger = then?.Cost == stored ? then : stored.Source == CostSource.Computed && now.Cost.Amount == stored.Amount ? now : new CostLedger
        {
            Cost = stored,
            Lines = [],
            UnknownBecause = stored.Source == CostSource.Unknown ? "No price was known when it was priced." : null,
        };
        return ledger with
        {
            Cost = stored,
            PriceKey = stored.PriceKey,
            Version = then?.Cost == stored ? then.Version : stored.PriceKey is { } stale ? ModelPrice.WhoseInWords(stale) : null,
            Now = stored.Source == CostSource.Refused || now.Cost.Amount == stored.Amount ? null : now.Cost,
        };
    }

    private ModelPrice? Find(string key) =>
        key.StartsWith(OwnKeys, StringComparison.Ordinal) ? _own.Select(p => p.Version(key)).FirstOrDefault(p => p is not null) : _catalogue.Find(key);

    /// <summary>Which price a call of this model would have, and why.</summary>
    public PriceAnswer Find(string? provider, string model, DateTimeOffset at)
    {
        var matching = CandidatesOf(provider, model, null);
        var chosen = TryFindOwn(provider, model, null, at, out var candidate, out var price);
        if (!chosen)
            price = _catalogue.Matcher.Match(provider, model, null).Price?.At(at);
        var ledger = Explain(provider, model, null, null, null, at);
        return new PriceAnswer
        {
            Key = price?.Key,
            OwnPriceId = chosen ? candidate.Price.Id : null,
            Rule = price is null ? null : ledger.Rule,
            Version = price is null ? null : ledger.Version,
            Problem = price is null ? ledger.UnknownBecause : null,
            Provider = price is null || chosen ? null : price.Provider,
            Model = price is null || chosen ? null : price.Model,
            Prices = price is null ? [] : price.Published(),
            Own = [.. matching.Select(c => new OwnMatch(c.Price.Id, c.Price.Rule.InWords(), chosen && c.Price == candidate.Price, c.Price.At(at) is not null))],
        };
    }

    private bool TryFindOwn(
        string? provider, string? responseModel, string? requestModel, DateTimeOffset at, out Candidate candidate, [NotNullWhen(true)] out ModelPrice? price)
    {
        if (_own.Length > 0)
        {
            foreach (var found in CandidatesOf(provider, responseModel, requestModel))
            {
                if (found.Price.At(at) is not { } inForce)
                    continue;
                (candidate, price) = (found, inForce);
                return true;
            }
        }

        (candidate, price) = (default, null);
        return false;
    }

    private Candidate[] CandidatesOf(string? provider, string? responseModel, string? requestModel) => _candidates.GetOrAdd(
        new ModelNames(provider, responseModel, requestModel),
        static (names, book) => [.. book.Search(names.Provider, names.Response, byRequest: false), .. book.Search(names.Provider, names.Request, byRequest: true)],
        this);

    private IEnumerable<Candidate> Search(string? provider, string? model, bool byRequest)
    {
        var name = model?.Trim() ?? "";
        return name.Length == 0
            ? []
            : _own.Where(p => p.Rule.MatchesModel(name) && p.Rule.MatchesProvider(provider, _catalogue.Matcher.Providers)).Select(p => new Candidate(p, name, byRequest));
    }

    private readonly record struct Candidate(OwnPrice Price, string Model, bool ByRequest)
    {
        public string InWords() => $"your price for {Price.Rule.InWords()}: {(ByRequest ? "request" : "response")} model “{Model}”";
    }
}

/// <summary>A price of one bucket.</summary>
/// <param name="Usd">Per million tokens; per call for <see cref="TokenBucket.Request"/>.</param>
public sealed record BucketPrice(TokenBucket Bucket, decimal Usd);

/// <summary>An own price that is for a model.</summary>
/// <param name="Rule">What it is for, in words.</param>
/// <param name="Chosen">Whether it is the one that counts.</param>
/// <param name="InForce">Whether it has a version of that time.</param>
public sealed record OwnMatch(string Id, string Rule, bool Chosen, bool InForce);
