namespace TraceDashboard.Core.Pricing;

/// <summary>From the prices that somebody wrote down to those that calls are priced with.</summary>
internal static class PriceTables
{
    public const int MaxLongContext = 8;

    /// <summary>USD per million tokens, and per request: more is a mistake of units.</summary>
    public const decimal MaxUsd = 1_000_000m;

    public const decimal MaxPicoPerToken = MaxUsd * PicoPerTokenFromUsdPerMillion;

    private const decimal PicoPerTokenFromUsdPerMillion = 1_000_000m;
    private const decimal PicoPerUsd = 1_000_000_000_000m;

    /// <param name="complain">Called with the path of each field that is wrong, under <c>prices</c>, and what to change.</param>
    public static void Check(PriceTable table, Action<string, string> complain)
    {
        var any = CheckTiers(table, "prices", complain);
        if (table.PerRequest is { } perRequest)
        {
            any = true;
            CheckUsd(perRequest, PicoPerUsd, "prices.perRequest", complain);
        }

        if (!any)
            complain("prices", "must have at least one price; input and output are 0 for a model that is free");
        var bands = table.LongContext ?? [];
        if (bands.Count > MaxLongContext)
            complain("prices.longContext", $"must have at most {MaxLongContext} entries");
        var sizes = new HashSet<long>();
        for (var i = 0; i < bands.Count; i++)
        {
            var path = $"prices.longContext[{i}]";
            if (bands[i]?.Over is not (> 0 and var over))
                complain($"{path}.over", "must be a number of input tokens, 1 or more");
            else if (!sizes.Add(over))
                complain($"{path}.over", "is there twice; put the prices of one size together");
            if (bands[i] is { } band && !CheckTiers(band, path, complain))
                complain(path, "must have at least one price");
        }
    }

    /// <param name="table">One that <see cref="Check"/> has no complaint about.</param>
    public static ModelPrice ToPrice(PriceTable table, string key, string provider, string model, DateTimeOffset? from, DateTimeOffset? to)
    {
        var published = new PublishedPrices();
        Publish(table, PublishedPrices.AnySize);
        foreach (var band in table.LongContext ?? [])
            Publish(band, band.Over!.Value);
        return new ModelPrice
        {
            Provider = provider,
            Model = model,
            Key = key,
            From = from,
            To = to,
            PerRequest = table.PerRequest is { } usd ? (long)(usd * PicoPerUsd) : null,
            Bands = published.Bands(),
        };

        void Publish(TieredPrices prices, long over)
        {
            foreach (var (_, tier, ofTier) in prices.ByTier())
            {
                foreach (var (_, bucket, usd) in ofTier?.ByBucket() ?? [])
                {
                    if (usd is { } price)
                        published.Add(over, tier, bucket, (long)(price * PicoPerTokenFromUsdPerMillion));
                }
            }
        }
    }

    private static bool CheckTiers(TieredPrices prices, string path, Action<string, string> complain)
    {
        var any = false;
        foreach (var (name, _, ofTier) in prices.ByTier())
        {
            foreach (var (bucket, _, usd) in ofTier?.ByBucket() ?? [])
            {
                if (usd is not { } price)
                    continue;
                any = true;
                CheckUsd(price, PicoPerTokenFromUsdPerMillion, name is null ? $"{path}.{bucket}" : $"{path}.{name}.{bucket}", complain);
            }
        }

        return any;
    }

    // Stored prices are whole pico-dollars, so that no cost is rounded.
    private static void CheckUsd(decimal usd, decimal factor, string path, Action<string, string> complain)
    {
        if (usd is < 0 or > MaxUsd)
            complain(path, $"must be from 0 to {MaxUsd:0}");
        else if (usd * factor != decimal.Truncate(usd * factor))
            complain(path, factor == PicoPerUsd ? "must have at most 12 decimals" : "must have at most 6 decimals");
    }
}
