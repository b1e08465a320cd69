namespace TraceDashboard.Core.Pricing;

/// <summary>What the search for a model's price found, and how.</summary>
internal sealed record PriceMatch(ModelPrice? Price, string? Model, bool ByRequestModel, bool ByOtherProvider, NameChanges Changes, string? Problem);

/// <summary>
/// Finds the price of a model by the names that spans carry. In this order, for the response model and then for the request model:
/// the named provider with the exact name; a reseller that the name itself names (<c>azure/gpt-4o</c>); the named provider with the name
/// stripped of what does not decide the price; a maker that the name itself names; any provider, when all charge the same or one is preferred.
/// So a provider's own price wins over another's, even when only the other lists that very date.
/// </summary>
internal sealed class PriceMatcher
{
    private readonly Dictionary<string, Names> _providers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _providerNames = new(StringComparer.Ordinal);
    private readonly NameCache<PriceMatch> _cache = new();

    /// <summary>Providers that have prices.</summary>
    public IReadOnlySet<string> Providers => _providerNames;

    public PriceMatcher(IEnumerable<ModelPrice> prices)
    {
        foreach (var provider in prices.GroupBy(p => p.Provider))
        {
            _providers.Add(provider.Key, new Names(provider));
            _providerNames.Add(provider.Key);
        }
    }

    internal int CachedMatches => _cache.Count;

    public PriceMatch Match(string? provider, string? responseModel, string? requestModel) =>
        _cache.GetOrAdd(new ModelNames(provider, responseModel, requestModel), static (names, matcher) => matcher.Search(names.Provider, names.Response, names.Request), this);

    private PriceMatch Search(string? provider, string? responseModel, string? requestModel)
    {
        PriceMatch? problem = null;
        foreach (var (model, byRequest) in ((string?, bool)[])[(responseModel, false), (requestModel, true)])
        {
            if (string.IsNullOrWhiteSpace(model))
                continue;
            var match = SearchName(provider, model.Trim()) with { Model = model, ByRequestModel = byRequest };
            if (match.Price is not null)
                return match;
            problem ??= match;
        }

        return problem ?? new PriceMatch(null, null, false, false, NameChanges.None, "The span names no model.");
    }

    private PriceMatch SearchName(string? provider, string model)
    {
        if (ProviderNames.IsSelfHosted(provider) || ProviderNames.IsSelfHosted(model.Split('/', 2)[0]))
            return NotFound($"“{model}” runs on own hardware, which has no list price.");

        var named = ProviderNames.Resolve(provider, _providerNames);
        if (Find(named, model, NameChanges.None) is { } own)
            return own;

        // The long form of one name: projects/…/models/x, publishers/google/models/x.
        var path = model.LastIndexOf("models/", StringComparison.OrdinalIgnoreCase);
        if (path >= 0 && Find(named, model[(path + "models/".Length)..], NameChanges.Prefix) is { } inPath)
            return inPath;

        return FindAnywhere(model);
    }

    private PriceMatch? Find(string[] providers, string model, NameChanges already)
    {
        var name = ModelName.Parse(model);
        foreach (var provider in providers)
        {
            if (_providers[provider].Exact(name).Price is { } exact)
                return Found(exact, already);
        }

        var slash = model.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash > 0 ? ProviderNames.Resolve(model[..slash], _providerNames) : [];
        var prefixIsReseller = prefix.Length > 0 && !ProviderNames.IsMaker(prefix[0]);
        if (prefixIsReseller && Find(prefix, model[(slash + 1)..], already | NameChanges.Prefix) is { } reseller)
            return reseller;

        foreach (var provider in providers)
        {
            foreach (var step in Names.Steps)
            {
                if (step(_providers[provider], name) is var (price, changes) && price is not null)
                    return Found(price, already | changes);
            }
        }

        return prefix.Length > 0 && !prefixIsReseller ? Find(prefix, model[(slash + 1)..], already | NameChanges.Prefix) : null;
    }

    private PriceMatch FindAnywhere(string model)
    {
        var name = ModelName.Parse(model);
        foreach (var step in Names.Steps)
        {
            var candidates = new List<(ModelPrice Price, NameChanges Changes)>();
            foreach (var names in _providers.Values)
            {
                if (step(names, name) is var (price, changes) && price is not null)
                    candidates.Add((price, changes));
            }

            if (candidates.Count == 0)
                continue;
            var chosen = candidates.FirstOrDefault(c => candidates.All(o => o.Price.SamePrices(c.Price)));
            foreach (var preferred in ProviderNames.Preference)
            {
                if (candidates.Find(c => c.Price.Provider == preferred) is { Price: not null } match)
                {
                    chosen = match;
                    break;
                }
            }

            if (chosen.Price is not null)
                return Found(chosen.Price, chosen.Changes) with { ByOtherProvider = true };
            var who = string.Join(", ", candidates.Select(c => c.Price.Provider).Order(StringComparer.Ordinal));
            return NotFound($"“{model}” costs differently at {who}, and the span names none of them.");
        }

        return NotFound($"No price is known for “{model}”.");
    }

    private static PriceMatch Found(ModelPrice price, NameChanges changes) => new(price, null, false, false, changes, null);

    private static PriceMatch NotFound(string problem) => new(null, null, false, false, NameChanges.None, problem);

    /// <summary>The models of one provider by their names, exact and stripped.</summary>
    private sealed class Names
    {
        /// <summary>From the surest to the boldest.</summary>
        public static readonly Func<Names, ModelName, (ModelPrice? Price, NameChanges Changes)>[] Steps =
        [
            (names, model) => names.Exact(model),
            (names, model) => InRegion(model, names.ByBareName),
            (names, model) => InRegion(model, names.ByUndatedName),
            (names, model) => names.ByNameWithoutRegion(model),
            (names, model) => names.ByBareName(model, region: null),
            (names, model) => names.ByUndatedName(model, region: null),
        ];

        private readonly Dictionary<string, ModelPrice> _exact = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<(string? Region, string Name), ModelPrice> _bare = [];
        private readonly Dictionary<(string? Region, string Name), ModelPrice> _newestOfUndated = [];

        public Names(IEnumerable<ModelPrice> prices)
        {
            // Of several with one bare name the plainest stands for it; of several dates the last.
            foreach (var price in prices.OrderBy(p => p.Model.Length).ThenByDescending(p => p.Model, StringComparer.Ordinal))
            {
                _exact.TryAdd(price.Model, price);
                var name = ModelName.Parse(price.Model);
                if (name.Bare.Length == 0)
                    continue;
                _bare.TryAdd((name.Region, name.Bare), price);
                if (name.UndatedChanges.HasFlag(NameChanges.Date))
                    _newestOfUndated.TryAdd((name.Region, name.Undated!), price);
            }
        }

        public (ModelPrice? Price, NameChanges Changes) Exact(ModelName model) => (_exact.GetValueOrDefault(model.Exact), NameChanges.None);

        private (ModelPrice? Price, NameChanges Changes) ByNameWithoutRegion(ModelName model) =>
            model.WithoutRegion is null ? default : (_exact.GetValueOrDefault(model.WithoutRegion), NameChanges.Region);

        /// <summary>By a name whose region stays: nothing when it names none.</summary>
        private static (ModelPrice? Price, NameChanges Changes) InRegion(ModelName model, Func<ModelName, string?, (ModelPrice? Price, NameChanges Changes)> find) =>
            model.Region is { } region && find(model, region) is var (price, changes) && price is not null ? (price, changes & ~NameChanges.Region) : default;

        private (ModelPrice? Price, NameChanges Changes) ByBareName(ModelName model, string? region) => (_bare.GetValueOrDefault((region, model.Bare)), model.BareChanges);

        /// <summary>A dated name finds the undated one, an undated name the last dated one; one date never stands for another.</summary>
        private (ModelPrice? Price, NameChanges Changes) ByUndatedName(ModelName model, string? region) =>
            model.Undated is null
                ? (_newestOfUndated.GetValueOrDefault((region, model.Bare)), model.BareChanges | NameChanges.Date)
                : (_bare.GetValueOrDefault((region, model.Undated)), model.UndatedChanges);
    }
}
