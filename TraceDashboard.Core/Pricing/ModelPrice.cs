using System.Globalization;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Pricing;

/// <summary>What one model costs at one provider: a row of the catalogue, or a version of a project's own price.</summary>
internal sealed class ModelPrice
{
    public required string Provider { get; init; }

    public required string Model { get; init; }

    /// <summary><c>version/provider/model</c>, or <c>own/price/version</c>; stored with every cost that was computed from this price.</summary>
    public required string Key { get; init; }

    /// <summary>When it came into force; null when it always was.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>When it ceased to be in force; null when it has not.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Pico-dollars per call; null when the model is not priced by the call.</summary>
    public long? PerRequest { get; init; }

    /// <summary>By size of request, ascending. The first holds for every size.</summary>
    public required IReadOnlyList<PriceBand> Bands { get; init; }

    /// <summary>The price that replaced this one, and since when; null when none did.</summary>
    public (DateTimeOffset Since, ModelPrice Price)? Next { get; init; }

    public ModelPrice At(DateTimeOffset? time) => Next is { } next && time >= next.Since ? next.Price : this;

    /// <summary>The band for a request of this many input tokens. Exactly at an edge is not over it.</summary>
    public PriceBand BandFor(long inputTotal)
    {
        var band = Bands[0];
        for (var i = 1; i < Bands.Count && inputTotal > Bands[i].Over; i++)
            band = Bands[i];
        return band;
    }

    /// <summary>Whether a call costs the same whatever tokens it used, so that it is priced without them.</summary>
    public bool IsPerRequestOnly =>
        PerRequest is not null
        && (!Bands[0].Standard.TryGet(TokenBucket.Input, out var input) || input == 0)
        && (!Bands[0].Standard.TryGet(TokenBucket.Output, out var output) || output == 0);

    /// <summary>Whose price it is and of when: <c>yours, from 2026-01-01</c>, <c>catalogue of 2026-07-24, until 2026-08-22</c>.</summary>
    public string VersionInWords()
    {
        var whose = WhoseInWords(Key);
        return (From, To) switch
        {
            ({ } from, { } to) => $"{whose}, from {Day(from)} until {Day(to)}",
            ({ } from, null) => $"{whose}, from {Day(from)}",
            (null, { } to) => $"{whose}, until {Day(to)}",
            _ => whose == "yours" ? "yours, for all time" : whose,
        };

        static string Day(DateTimeOffset time) =>
            time.ToUniversalTime().ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
    }

    /// <summary>Whose the price of that key is: <c>yours</c>, <c>catalogue of 2026-07-24</c>.</summary>
    public static string WhoseInWords(string key) =>
        key.StartsWith(PriceBook.OwnKeys, StringComparison.Ordinal) ? "yours" : $"catalogue of {key.Split('/')[0]}";

    /// <summary>The standard prices that it has of its own, for a request of the usual size.</summary>
    public IReadOnlyList<BucketPrice> Published()
    {
        var prices = new List<BucketPrice>();
        var sheet = Bands[0].Standard;
        for (var bucket = TokenBucket.Input; bucket < TokenBucket.Request; bucket++)
        {
            if (sheet.TryGet(bucket, out var pico) && sheet.SourceOf(bucket) == bucket)
                prices.Add(new BucketPrice(bucket, pico / 1_000_000m));
        }

        if (PerRequest is { } perRequest)
            prices.Add(new BucketPrice(TokenBucket.Request, PicoDollars.ToUsd(perRequest)));
        return prices;
    }

    /// <summary>This one with the service tiers of another where it has none, for sizes of request for which both cost the same.</summary>
    public ModelPrice WithTiersOf(ModelPrice other) => new()
    {
        Provider = Provider,
        Model = Model,
        Key = Key,
        From = From,
        To = To,
        PerRequest = PerRequest,
        Bands = [.. Bands.Select(b => other.Bands.FirstOrDefault(o => o.Over == b.Over && o.Standard.SamePrices(b.Standard)) is { } same ? b.WithTiersOf(same) : b)],
        Next = Next,
    };

    public bool SamePrices(ModelPrice other)
    {
        if (PerRequest != other.PerRequest || Bands.Count != other.Bands.Count)
            return false;
        for (var i = 0; i < Bands.Count; i++)
        {
            if (Bands[i].Over != other.Bands[i].Over || !Bands[i].Standard.SamePrices(other.Bands[i].Standard))
                return false;
        }

        return true;
    }

    /// <summary>Adds up what a call cost, in pico-dollars; null when it cannot be known.</summary>
    public Int128? Total(TokenUsage? usage, ServiceTier tier)
    {
        Int128 total = PerRequest ?? 0;
        if (usage is null || (usage.Unsplit > 0))
            return IsPerRequestOnly ? total : null;
        var sheet = BandFor(usage.InputTotal ?? 0).For(tier);
        var known = IsPerRequestOnly;
        for (var bucket = TokenBucket.Input; bucket < TokenBucket.Request; bucket++)
        {
            if (TokenBuckets.Of(usage, bucket) is not { } tokens || tokens < 0)
                continue;
            known = true;
            if (tokens == 0)
                continue;
            if (!sheet.TryGet(bucket, out var price))
                return null;
            total += (Int128)tokens * price;
        }

        return known ? total : null;
    }
}

/// <summary>Prices for requests whose input is over a number of tokens, by service tier.</summary>
/// <param name="Over">Input tokens; −1 for the band that holds for every size.</param>
/// <param name="Sheets">By <see cref="ServiceTier"/>; null where the provider publishes no price for the tier.</param>
internal sealed record PriceBand(long Over, PriceSheet?[] Sheets)
{
    public PriceSheet Standard => Sheets[(int)ServiceTier.Standard]!;

    public PriceSheet For(ServiceTier tier) => Sheets[(int)tier] ?? Standard;

    public bool Has(ServiceTier tier) => Sheets[(int)tier] is not null;

    public PriceBand WithTiersOf(PriceBand other) => this with { Sheets = [.. Sheets.Zip(other.Sheets, (own, theirs) => own ?? theirs)] };
}
