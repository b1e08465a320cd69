namespace TraceDashboard.Core.Pricing;

/// <summary>Prices of one model as they were published, by size of request and service tier, until the bands are made of them.</summary>
internal sealed class PublishedPrices
{
    /// <summary>Of prices that hold for every size.</summary>
    public const long AnySize = -1;

    private readonly SortedDictionary<long, Dictionary<TokenBucket, long>[]> _prices = [];

    /// <param name="over">Input tokens that a request must exceed, or <see cref="AnySize"/>.</param>
    public void Add(long over, ServiceTier tier, TokenBucket bucket, long picoPerToken) => Of(over)[(int)tier][bucket] = picoPerToken;

    public IReadOnlyList<PriceBand> Bands()
    {
        var any = Of(AnySize);
        return [.. _prices.Select(p => new PriceBand(p.Key, Sheets(p.Value, any)))];
    }

    private static PriceSheet?[] Sheets(Dictionary<TokenBucket, long>[] band, Dictionary<TokenBucket, long>[] any)
    {
        var standard = (int)ServiceTier.Standard;
        var sheets = new PriceSheet?[ServiceTiers.Count];
        sheets[standard] = new PriceSheet(band[standard], any[standard]);
        for (var tier = standard + 1; tier < ServiceTiers.Count; tier++)
        {
            // Without a published price for both at once, a long request is billed as long, not by its tier.
            if (band[tier].Count > 0)
                sheets[tier] = band == any ? new PriceSheet(any[tier], any[standard]) : new PriceSheet(band[tier], band[standard], any[tier], any[standard]);
        }

        return sheets;
    }

    private Dictionary<TokenBucket, long>[] Of(long over)
    {
        if (!_prices.TryGetValue(over, out var tiers))
        {
            tiers = [[], [], [], []];
            _prices.Add(over, tiers);
        }

        return tiers;
    }
}
