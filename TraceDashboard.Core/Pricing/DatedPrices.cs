namespace TraceDashboard.Core.Pricing;

/// <summary>Publishers tell what a service tier costs for the plain name of a model only: its dated snapshots that cost the same otherwise have the tier too.</summary>
internal static class DatedPrices
{
    public static IReadOnlyList<ModelPrice> WithTiers(IReadOnlyList<ModelPrice> prices)
    {
        var named = prices.Select(p => (Price: p, Name: ModelName.Parse(p.Model))).ToArray();
        var plain = named.OrderBy(n => n.Price.Model.Length).ToLookup(n => (n.Price.Provider, n.Name.Region, n.Name.Bare), n => n.Price);
        return
        [
            .. named.Select(n => n.Name.UndatedChanges.HasFlag(NameChanges.Date) && plain[(n.Price.Provider, n.Name.Region, n.Name.Undated!)].FirstOrDefault() is { } undated
                ? n.Price.WithTiersOf(undated)
                : n.Price),
        ];
    }
}
