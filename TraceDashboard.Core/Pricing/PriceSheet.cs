namespace TraceDashboard.Core.Pricing;

/// <summary>The prices in force for one size of request and one service tier, with every fall-back already taken.</summary>
internal sealed class PriceSheet
{
    private const long None = -1;

    private readonly long[] _prices = new long[TokenBuckets.Count];
    private readonly TokenBucket[] _sources = new TokenBucket[TokenBuckets.Count];

    /// <param name="layers">
    /// Prices that were published, pico-dollars per token, the most specific first: long context with service tier, long context,
    /// service tier, standard. A bucket takes the first price of its own that there is; only when no layer has one, what it falls back to.
    /// </param>
    public PriceSheet(params ReadOnlySpan<IReadOnlyDictionary<TokenBucket, long>> layers)
    {
        // A missing cache price means that the source has none: cached tokens are then billed as input.
        // Reasoning and hour-long writes look one bucket further within a layer before they look at a less specific one:
        // a batch's output price is nearer to the truth for its reasoning than the standard price of reasoning is.
        Resolve(layers, TokenBucket.Input, TokenBucket.Input, TokenBucket.Input);
        Resolve(layers, TokenBucket.CacheRead, TokenBucket.CacheRead, TokenBucket.Input);
        Resolve(layers, TokenBucket.CacheWrite5m, TokenBucket.CacheWrite5m, TokenBucket.Input);
        Resolve(layers, TokenBucket.CacheWrite1h, TokenBucket.CacheWrite5m, TokenBucket.Input);
        KeepRatioOfLongWrites(layers);
        Resolve(layers, TokenBucket.InputAudio, TokenBucket.InputAudio, TokenBucket.Input);
        Resolve(layers, TokenBucket.InputImage, TokenBucket.InputImage, TokenBucket.Input);
        // A model that makes nothing but images has no price for text: what it calls output are its images.
        Resolve(layers, TokenBucket.Output, TokenBucket.Output, TokenBucket.OutputImage);
        Resolve(layers, TokenBucket.Reasoning, TokenBucket.Output, TokenBucket.OutputImage);
        Resolve(layers, TokenBucket.OutputAudio, TokenBucket.OutputAudio, TokenBucket.Output);
        Resolve(layers, TokenBucket.OutputImage, TokenBucket.OutputImage, TokenBucket.Output);
    }

    /// <summary>Pico-dollars per token; false when nothing is known of this bucket's price.</summary>
    public bool TryGet(TokenBucket bucket, out long picoPerToken)
    {
        picoPerToken = _prices[(int)bucket];
        return picoPerToken != None;
    }

    /// <summary>The bucket whose published price stands in; the bucket itself when it has its own.</summary>
    public TokenBucket SourceOf(TokenBucket bucket) => _sources[(int)bucket];

    public bool SamePrices(PriceSheet other) => _prices.AsSpan().SequenceEqual(other._prices);

    private void Resolve(
        ReadOnlySpan<IReadOnlyDictionary<TokenBucket, long>> layers, TokenBucket bucket, TokenBucket near, TokenBucket last)
    {
        foreach (var layer in layers)
        {
            if (Take(layer, bucket, bucket) || Take(layer, bucket, near))
                return;
        }

        foreach (var layer in layers)
        {
            if (Take(layer, bucket, last))
                return;
        }

        _prices[(int)bucket] = None;
        _sources[(int)bucket] = bucket;
    }

    /// <summary>Where only the short writes have a price, the long ones cost as much more than they as they do where both have one.</summary>
    private void KeepRatioOfLongWrites(ReadOnlySpan<IReadOnlyDictionary<TokenBucket, long>> layers)
    {
        if (_sources[(int)TokenBucket.CacheWrite1h] != TokenBucket.CacheWrite5m)
            return;
        foreach (var layer in layers)
        {
            if (!layer.TryGetValue(TokenBucket.CacheWrite1h, out var longWrite) || !layer.TryGetValue(TokenBucket.CacheWrite5m, out var shortWrite) || shortWrite == 0)
                continue;
            _prices[(int)TokenBucket.CacheWrite1h] = (long)decimal.Min(
                decimal.Round((decimal)_prices[(int)TokenBucket.CacheWrite1h] * longWrite / shortWrite), PriceTables.MaxPicoPerToken);
            _sources[(int)TokenBucket.CacheWrite1h] = TokenBucket.CacheWrite1h;
            return;
        }
    }

    private bool Take(IReadOnlyDictionary<TokenBucket, long> layer, TokenBucket bucket, TokenBucket source)
    {
        if (!layer.TryGetValue(source, out var price))
            return false;
        _prices[(int)bucket] = price;
        _sources[(int)bucket] = source;
        return true;
    }
}
