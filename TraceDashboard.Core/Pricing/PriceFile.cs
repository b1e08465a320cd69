using System.Globalization;
using System.Text.Json;

namespace TraceDashboard.Core.Pricing;

/// <summary>
/// Reads a price file: JSON, one object per line. The first line is the header (<c>version</c>), each other one a model.
/// Prices are USD per million tokens, which is a whole number of pico-dollars per token for every published price; one that is not is refused.
/// </summary>
internal static class PriceFile
{
    private const decimal PicoPerTokenFromUsdPerMillion = 1_000_000m;
    private const decimal PicoPerUsd = 1_000_000_000_000m;
    private const string PerMillion = "_per_mtok";

    private static readonly Dictionary<string, TokenBucket> s_buckets = new(StringComparer.Ordinal)
    {
        ["input"] = TokenBucket.Input,
        ["output"] = TokenBucket.Output,
        ["cache_read"] = TokenBucket.CacheRead,
        ["cache_write"] = TokenBucket.CacheWrite5m,
        ["cache_write_1h"] = TokenBucket.CacheWrite1h,
        ["reasoning"] = TokenBucket.Reasoning,
        ["audio_input"] = TokenBucket.InputAudio,
        ["audio_output"] = TokenBucket.OutputAudio,
        ["image_input"] = TokenBucket.InputImage,
        ["image_output"] = TokenBucket.OutputImage,
    };

    // Spans do not say how many tokens were of these kinds, so nothing can be multiplied with them.
    private static readonly HashSet<string> s_withoutBucket = new(StringComparer.Ordinal) { "video_output", "audio_cache_read", "audio_cache_write" };

    private static readonly (string Prefix, ServiceTier Tier)[] s_tierPrefixes =
        [("batch_", ServiceTier.Batch), ("priority_", ServiceTier.Priority), ("flex_", ServiceTier.Flex)];

    /// <exception cref="InvalidDataException">A line that is not as described; names the line.</exception>
    public static (string Version, IReadOnlyList<ModelPrice> Prices) Read(Stream stream)
    {
        using var reader = new StreamReader(stream);
        string? version = null;
        var prices = new List<ModelPrice>();
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            try
            {
                using var json = JsonDocument.Parse(text);
                if (version is null)
                    version = json.RootElement.GetProperty("version").GetString();
                else
                    prices.Add(ReadRow(json.RootElement, version));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or InvalidDataException or OverflowException)
            {
                throw new InvalidDataException($"Price file, line {line}: {e.Message}", e);
            }
        }

        return (version ?? throw new InvalidDataException("Price file: the header line with the version is missing."), prices);
    }

    private static ModelPrice ReadRow(JsonElement row, string version)
    {
        if (!row.TryGetProperty("newer", out var newer))
            return Build(row, version, new Fields(row), since: null, next: null);
        var fields = new Fields(row);
        fields.Read(newer);
        var since = newer.GetProperty("since").GetString()!;
        var start = DateTimeOffset.ParseExact(since, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var next = Build(row, since, fields, start, next: null);
        return Build(row, version, new Fields(row), since: null, (start, next));
    }

    private static ModelPrice Build(JsonElement row, string version, Fields fields, DateTimeOffset? since, (DateTimeOffset Since, ModelPrice Price)? next)
    {
        var provider = row.GetProperty("provider").GetString()!;
        var model = row.GetProperty("model").GetString()!;
        return new ModelPrice
        {
            Provider = provider,
            Model = model,
            Key = $"{version}/{provider}/{model}",
            From = since,
            To = next?.Since,
            PerRequest = fields.PerRequest,
            Bands = fields.Bands(),
            Next = next,
        };
    }

    private static long Pico(JsonElement value, string name, decimal factor)
    {
        var pico = value.GetDecimal() * factor;
        if (pico < 0 || pico != decimal.Truncate(pico))
            throw new InvalidDataException($"'{name}' is not a whole number of pico-dollars: {value}.");
        return (long)pico;
    }

    /// <summary>The prices of one row by size of request and service tier.</summary>
    private sealed class Fields
    {
        private readonly PublishedPrices _published = new();

        public Fields(JsonElement row) => Read(row);

        public long? PerRequest { get; private set; }

        public void Read(JsonElement row)
        {
            foreach (var property in row.EnumerateObject())
            {
                if (property.NameEquals("per_query_usd"))
                    PerRequest = Pico(property.Value, property.Name, PicoPerUsd);
                else if (property.NameEquals("tiers"))
                    ReadRanges(property.Value);
                else if (property.Name.EndsWith(PerMillion, StringComparison.Ordinal))
                    Add(property, PublishedPrices.AnySize);
            }
        }

        /// <summary>Ranges [from, to] of input tokens: like an edge, a range begins after its lower end.</summary>
        private void ReadRanges(JsonElement ranges)
        {
            foreach (var range in ranges.EnumerateArray())
            {
                var from = (long)range.GetProperty("range")[0].GetDecimal();
                foreach (var property in range.EnumerateObject())
                {
                    if (property.Name.EndsWith(PerMillion, StringComparison.Ordinal))
                        Add(property, from == 0 ? PublishedPrices.AnySize : from);
                }
            }
        }

        private void Add(JsonProperty property, long over)
        {
            var name = property.Name[..^PerMillion.Length];
            if (name.StartsWith("above_", StringComparison.Ordinal))
            {
                var end = name.IndexOf("k_", StringComparison.Ordinal);
                over = 1000 * long.Parse(name["above_".Length..end], CultureInfo.InvariantCulture);
                name = name[(end + 2)..];
            }

            var tier = ServiceTier.Standard;
            foreach (var (prefix, value) in s_tierPrefixes)
            {
                if (!name.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                tier = value;
                name = name[prefix.Length..];
            }

            if (s_withoutBucket.Contains(name))
                return;
            if (!s_buckets.TryGetValue(name, out var bucket))
                throw new InvalidDataException($"'{property.Name}' is not a known price.");
            _published.Add(over, tier, bucket, Pico(property.Value, property.Name, PicoPerTokenFromUsdPerMillion));
        }

        public IReadOnlyList<PriceBand> Bands() => _published.Bands();
    }
}
