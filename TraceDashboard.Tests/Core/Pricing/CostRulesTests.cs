using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Pricing;

/// <summary>Golden cases: prices per million tokens and the arithmetic stand beside each, worked by hand.</summary>
public class CostRulesTests
{
    private static readonly PriceCatalogue s_catalogue = PriceCatalogue.Default;

    // gpt-4o 2.50 / 10: 1000 × 2.50 + 500 × 10 = 7 500 millionths.
    [Fact]
    public void Input_and_output_have_their_own_prices() =>
        Costs(0.0075m, "openai", "gpt-4o", new TokenUsage { Input = 1000, Output = 500 });

    // claude-sonnet-4-5 3 / 15, cache read 0.30, write 3.75 and 6: 3000 + 2000 × 0.30 + 300 × 3.75 + 100 × 6 + 50 × 15 = 6 075 millionths.
    [Fact]
    public void Cache_reads_and_writes_of_both_lifetimes_have_their_own_prices() =>
        Costs(0.006075m, "anthropic", "claude-sonnet-4-5", new TokenUsage { Input = 1000, CacheRead = 2000, CacheWrite5m = 300, CacheWrite1h = 100, Output = 50 });

    // gpt-4o publishes 1.25 for reads and nothing for writes: 400 × 1.25 + (100 + 20) × 2.50 = 800 millionths.
    [Fact]
    public void Cache_tokens_without_a_price_are_billed_as_input()
    {
        var usage = new TokenUsage { CacheRead = 400, CacheWrite5m = 100, CacheWrite1h = 20 };
        Costs(0.0008m, "openai", "gpt-4o", usage);
        // mistral-large-latest 0.50, no cache prices at all: 520 × 0.50.
        Costs(0.00026m, "mistral_ai", "mistral-large-latest", usage);
        // claude-4-sonnet-20250514 publishes 5-minute writes only (3.75): 20 × 3.75.
        Costs(0.000075m, "anthropic", "claude-4-sonnet-20250514", new TokenUsage { CacheWrite1h = 20 });
    }

    // gpt-5-mini 2 for output: (100 + 900) × 2. sonar-deep-research 8, reasoning 3: 100 × 8 + 900 × 3.
    [Fact]
    public void Reasoning_is_billed_as_output_unless_it_has_its_own_price()
    {
        var usage = new TokenUsage { Output = 100, Reasoning = 900 };
        Costs(0.002m, "openai", "gpt-5-mini", usage);
        Costs(0.0035m, "perplexity", "sonar-deep-research", usage);
    }

    // gpt-realtime-mini 0.60 / 2.40, audio 10 / 20: 60 + 1000 + 240 + 2000. gemini-2.5-flash has audio input 1 only: audio output as output, 2.50.
    [Fact]
    public void Audio_has_its_own_price_or_that_of_text()
    {
        Costs(0.0033m, "openai", "gpt-realtime-mini", new TokenUsage { Input = 100, InputAudio = 100, Output = 100, OutputAudio = 100 });
        Costs(0.00035m, "gcp.gemini", "gemini-2.5-flash", new TokenUsage { InputAudio = 100, OutputAudio = 100 });
    }

    // gpt-image-2 5 / 10, images 8 / 30: 500 + 800 + 1000 + 3000. gpt-image-1 makes images only (40): its output is images.
    [Fact]
    public void Images_have_their_own_price()
    {
        Costs(0.0053m, "openai", "gpt-image-2", new TokenUsage { Input = 100, InputImage = 100, Output = 100, OutputImage = 100 });
        Costs(0.004m, "openai", "gpt-image-1", new TokenUsage { Output = 100 });
    }

    // gemini-2.5-pro 1.25 / 10, cache read 0.125; over 200 000 input tokens 2.50 / 15, 0.25; 1000 output each.
    [Theory]
    [InlineData(199_999, 0, "0.25999875")] // 199 999 × 1.25 = 249 998.75; + 10 000
    [InlineData(200_000, 0, "0.26")] // exactly at the edge is not over it: 250 000 + 10 000
    [InlineData(200_001, 0, "0.5150025")] // 200 001 × 2.50 = 500 002.50; + 15 000
    [InlineData(150_000, 50_000, "0.20375")] // cached input counts towards the size: 187 500 + 6 250 + 10 000
    [InlineData(150_000, 50_001, "0.40250025")] // 375 000 + 12 500.25 + 15 000
    public void A_long_context_price_holds_for_the_whole_request(long input, long cacheRead, string usd) =>
        Costs(Usd(usd), "gcp.vertex_ai", "gemini-2.5-pro", new TokenUsage { Input = input, CacheRead = cacheRead, Output = 1000 });

    // qwen3-max: to 32 000 1.20 / 6, to 128 000 2.40 / 12, to 252 000 3 / 15; 100 output each.
    [Theory]
    [InlineData(31_999, "0.0389988")] // 38 398.8 + 600
    [InlineData(32_000, "0.039")] // 38 400 + 600
    [InlineData(32_001, "0.0780024")] // 76 802.4 + 1 200
    [InlineData(128_000, "0.3084")] // 307 200 + 1 200
    [InlineData(128_001, "0.385503")] // 384 003 + 1 500
    [InlineData(300_000, "0.9015")] // beyond the last range its price still holds: 900 000 + 1 500
    public void Explicit_ranges_hold_for_the_whole_request(long input, string usd) =>
        Costs(Usd(usd), "dashscope", "qwen3-max", new TokenUsage { Input = input, Output = 100 });

    // o3 2 / 8, cache 0.50; flex 1 / 4, 0.25; priority 3.50 / 14, 0.875; no batch price. 100 input, 100 cached, 100 output.
    [Theory]
    [InlineData(null, "0.00105")] // 200 + 50 + 800
    [InlineData("default", "0.00105")]
    [InlineData("flex", "0.000525")] // 100 + 25 + 400
    [InlineData("Priority", "0.0018375")] // 350 + 87.5 + 1 400
    [InlineData("batch", "0.00105")] // none is known: the standard price
    public void A_service_tier_has_its_own_prices(string? tier, string usd) =>
        Costs(Usd(usd), "openai", "o3", new TokenUsage { Input = 100, CacheRead = 100, Output = 100 }, tier);

    // claude-sonnet-4-5 on Vertex: batch 1.50 / 7.50 and no cache price for batches, so the standard 0.30: 150 + 30 + 750.
    // A batch's reasoning follows the batch's output before the standard price of reasoning.
    [Fact]
    public void A_tier_without_a_price_for_a_bucket_takes_the_standard_one()
    {
        Costs(0.00093m, "gcp.vertex_ai", "claude-sonnet-4-5", new TokenUsage { Input = 100, CacheRead = 100, Output = 100 }, "batch");
        // gemini-3.6-flash reasoning 7.50 is its output price; batch output 3.75: 100 × 3.75.
        Costs(0.000375m, "gcp.gemini", "gemini-3.6-flash", new TokenUsage { Reasoning = 100 }, "batch");
    }

    // gemini-3-pro-preview on Vertex: over 200 000 4 / 18, priority 3.60 / 21.60, both at once 7.20 / 32.40; batch 1 / 6 and none for both.
    [Theory]
    [InlineData("priority", 200_000, "0.7416")] // 720 000 + 21 600
    [InlineData("priority", 200_001, "1.4724072")] // 1 440 007.2 + 32 400
    [InlineData("batch", 200_000, "0.206")] // 200 000 + 6 000
    [InlineData("batch", 200_001, "0.818004")] // long before batch: 800 004 + 18 000
    public void A_tier_of_a_long_request_has_its_own_price_or_that_of_long_requests(string tier, long input, string usd) =>
        Costs(Usd(usd), "gcp.vertex_ai", "gemini-3-pro-preview", new TokenUsage { Input = input, Output = 1000 }, tier);

    [Fact]
    public void A_price_by_the_request_needs_no_usage()
    {
        Costs(0.002m, "cohere", "rerank-v3.5", usage: null);
        Costs(0.002m, "cohere", "rerank-v3.5", new TokenUsage { Input = 5000 });
    }

    // text-embedding-3-small 0.02: 10 000 × 0.02. codestral-embed has no output price, and an embedding no output.
    [Fact]
    public void Embeddings_are_priced_without_output()
    {
        Costs(0.0002m, "openai", "text-embedding-3-small", new TokenUsage { Input = 10_000 });
        Costs(0.0015m, "mistral_ai", "codestral-embed", new TokenUsage { Input = 10_000, Output = 0 });
    }

    [Fact]
    public void A_call_is_priced_by_the_buckets_that_are_known() =>
        Costs(0.0025m, "openai", "gpt-4o", new TokenUsage { Input = 1000, Output = null });

    [Fact]
    public void What_cannot_be_priced_is_unknown_and_never_zero()
    {
        var usage = new TokenUsage { Input = 1000, Output = 10 };
        Unknown("openai", "gpt-4o", usage: null);
        Unknown("openai", "gpt-4o", new TokenUsage());
        Unknown("openai", "a-model-nobody-knows", usage);
        Unknown("openai", null, usage);
        // Only its output has a price.
        Unknown("aws.bedrock", "twelvelabs.pegasus-1-2-v1:0", usage);
        Costs(0.000075m, "aws.bedrock", "twelvelabs.pegasus-1-2-v1:0", new TokenUsage { Output = 10 });
    }

    [Fact]
    public void No_tokens_cost_nothing() =>
        Costs(0m, "openai", "gpt-4o", new TokenUsage { Input = 0, Output = 0 });

    // gpt-5.6-luna 1 / 6, from 2026-07-31 0.20 / 1.20; its flex price did not change.
    [Fact]
    public void A_price_that_changed_holds_from_its_day_on()
    {
        var usage = new TokenUsage { Input = 1000, Output = 1000 };
        var day = new DateTimeOffset(2026, 7, 31, 0, 0, 0, TimeSpan.Zero);
        var before = s_catalogue.Price("openai", "gpt-5.6-luna", null, usage, null, day.AddTicks(-1));
        var after = s_catalogue.Price("openai", "gpt-5.6-luna", null, usage, null, day);
        Assert.Equal(new Cost(0.007m, CostSource.Computed, "2026-07-24/openai/gpt-5.6-luna"), before);
        Assert.Equal(new Cost(0.0014m, CostSource.Computed, "2026-07-31/openai/gpt-5.6-luna"), after);
        Assert.Equal(before, s_catalogue.Price("openai", "gpt-5.6-luna", null, usage, null, at: null));
        Assert.Equal(0.0035m, s_catalogue.Price("openai", "gpt-5.6-luna", null, usage, "flex", day).Amount);
    }

    // gpt-4o-2024-08-06 is published without tiers, at gpt-4o's prices: priority 4.25 / 17, 9 × 4.25 + 1 × 17 = 55.25 millionths. o4-mini flex 0.55 / 2.20.
    [Fact]
    public void A_dated_snapshot_that_costs_the_same_has_the_tiers_of_its_plain_name()
    {
        Costs(0.00005525m, "openai", "gpt-4o-2024-08-06", new TokenUsage { Input = 9, Output = 1 }, "priority");
        Costs(0.00077m, "openai", "o4-mini-2025-04-16", new TokenUsage { Input = 1000, Output = 100 }, "flex");
    }

    // gpt-4o-2024-05-13 5 / 15, priority 8.75 / 26.25, batch 2.50 / 7.50; its plain name costs half. ft:gpt-4o-2024-08-06 has no plain name.
    [Fact]
    public void A_dated_snapshot_that_costs_something_else_has_the_tiers_that_are_published_for_it()
    {
        var usage = new TokenUsage { Input = 1000, Output = 100 };
        Costs(0.011375m, "openai", "gpt-4o-2024-05-13", usage, "priority");
        Costs(0.0065m, "openai", "gpt-4o-2024-05-13", usage, "flex");
        Costs(0.00525m, "openai", "ft:gpt-4o-2024-08-06", usage, "priority");
    }

    // claude-sonnet-4-5 over 200 000: 6 / 22.50, writes 7.50; its hour-long writes cost 6 / 3.75 of the short ones: 12. 200 000 × 6 + 50 000 × 12 + 1000 × 22.50.
    [Fact]
    public void Hour_long_writes_of_a_long_request_keep_their_ratio_to_the_short_ones() =>
        Costs(1.8225m, "anthropic", "claude-sonnet-4-5", new TokenUsage { Input = 200_000, CacheWrite1h = 50_000, Output = 1000 });

    // gpt-4o 2.50: what is input and what is output decides the price.
    [Fact]
    public void A_total_alone_has_no_price() => Unknown("openai", "gpt-4o", new TokenUsage { Unsplit = 100 });

    private static void Costs(decimal usd, string provider, string model, TokenUsage? usage, string? tier = null)
    {
        var cost = s_catalogue.Price(provider, model, null, usage, tier, at: null);
        Assert.Equal(CostSource.Computed, cost.Source);
        Assert.Equal(usd, cost.Amount);
        var ledger = s_catalogue.Explain(provider, model, null, usage, tier, at: null);
        Assert.Equal(cost, ledger.Cost);
        Assert.Equal(usd, ledger.Lines.Sum(l => l.Usd));
    }

    private static void Unknown(string provider, string? model, TokenUsage? usage)
    {
        Assert.Equal(Cost.Unknown, s_catalogue.Price(provider, model, null, usage, null, at: null));
        var ledger = s_catalogue.Explain(provider, model, null, usage, null, at: null);
        Assert.Equal(Cost.Unknown, ledger.Cost);
        Assert.Empty(ledger.Lines);
        Assert.NotNull(ledger.UnknownBecause);
    }

    private static decimal Usd(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
