using System.Globalization;
using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Components.Pages.Models;

/// <summary>Prices as they are typed: text, until it is read.</summary>
public sealed class PriceForm
{
    /// <summary>What most models have; the rest is shown when it is asked for.</summary>
    public static readonly (string Field, string Label)[] Buckets =
    [
        ("input", "Input"), ("output", "Output"), ("cacheRead", "Cache read"), ("cacheWrite5m", "Cache write, 5 min"), ("cacheWrite1h", "Cache write, 1 h"),
        ("reasoning", "Reasoning"), ("audioInput", "Audio input"), ("audioOutput", "Audio output"), ("imageInput", "Image input"), ("imageOutput", "Image output"),
    ];

    /// <summary>The first has no name of its own in the fields of the API.</summary>
    public static readonly (string Field, string Label)[] Tiers = [("", "Standard"), ("batch", "Batch"), ("priority", "Priority"), ("flex", "Flex")];

    private readonly Dictionary<(string Tier, string Bucket), string> _texts = [];

    /// <summary>Input tokens that a request must exceed; empty for every size.</summary>
    public string Over { get; set; } = "";

    public string this[string tier, string bucket]
    {
        get => _texts.GetValueOrDefault((tier, bucket), "");
        set => _texts[(tier, bucket)] = value.Trim();
    }

    public bool HasTiers => _texts.Any(t => t.Key.Tier.Length > 0 && t.Value.Length > 0);

    public static PriceForm Of(TieredPrices prices, long? over = null)
    {
        var form = new PriceForm { Over = over?.ToString(CultureInfo.InvariantCulture) ?? "" };
        form.Fill("", prices);
        form.Fill("batch", prices.Batch);
        form.Fill("priority", prices.Priority);
        form.Fill("flex", prices.Flex);
        return form;
    }

    /// <summary>The table that the forms make: the first for every size, the others for long requests.</summary>
    /// <param name="unreadable">Gets the fields that hold no number, as the API names them.</param>
    public static PriceTable ToTable(IReadOnlyList<PriceForm> forms, string perRequest, List<string> unreadable)
    {
        var bands = new List<LongContextPrices>();
        for (var i = 1; i < forms.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"prices.longContext[{i - 1}]");
            var over = long.TryParse(forms[i].Over.Replace(" ", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : (long?)null;
            bands.Add(forms[i].Standard(new LongContextPrices { Over = over }, path, unreadable));
        }

        return forms[0].Standard(new PriceTable { LongContext = bands.Count == 0 ? null : bands, PerRequest = Read(perRequest, "prices.perRequest", unreadable) }, "prices", unreadable);
    }

    public static decimal? Read(string text, string path, List<string> unreadable)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (decimal.TryParse(text.Trim().TrimStart('$').Replace(',', '.'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var usd))
            return usd;
        unreadable.Add(path);
        return null;
    }

    private T Standard<T>(T prices, string path, List<string> unreadable)
        where T : TieredPrices => (T)Bucketed(prices, "", path, unreadable) with
        {
            Batch = Tier("batch", path, unreadable),
            Priority = Tier("priority", path, unreadable),
            Flex = Tier("flex", path, unreadable),
        };

    private TokenPrices? Tier(string tier, string path, List<string> unreadable) =>
        _texts.Any(t => t.Key.Tier == tier && t.Value.Length > 0) ? Bucketed(new TokenPrices(), tier, $"{path}.{tier}", unreadable) : null;

    private TokenPrices Bucketed(TokenPrices prices, string tier, string path, List<string> unreadable)
    {
        return prices with
        {
            Input = Of("input"),
            Output = Of("output"),
            CacheRead = Of("cacheRead"),
            CacheWrite5m = Of("cacheWrite5m"),
            CacheWrite1h = Of("cacheWrite1h"),
            Reasoning = Of("reasoning"),
            AudioInput = Of("audioInput"),
            AudioOutput = Of("audioOutput"),
            ImageInput = Of("imageInput"),
            ImageOutput = Of("imageOutput"),
        };

        decimal? Of(string bucket) => Read(this[tier, bucket], $"{path}.{bucket}", unreadable);
    }

    private void Fill(string tier, TokenPrices? prices)
    {
        if (prices is null)
            return;
        Set("input", prices.Input);
        Set("output", prices.Output);
        Set("cacheRead", prices.CacheRead);
        Set("cacheWrite5m", prices.CacheWrite5m);
        Set("cacheWrite1h", prices.CacheWrite1h);
        Set("reasoning", prices.Reasoning);
        Set("audioInput", prices.AudioInput);
        Set("audioOutput", prices.AudioOutput);
        Set("imageInput", prices.ImageInput);
        Set("imageOutput", prices.ImageOutput);

        void Set(string bucket, decimal? usd)
        {
            if (usd is { } price)
                this[tier, bucket] = price.ToString("0.############", CultureInfo.InvariantCulture);
        }
    }
}
