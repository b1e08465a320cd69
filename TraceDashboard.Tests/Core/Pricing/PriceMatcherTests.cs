using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Pricing;

public class PriceMatcherTests
{
    private static readonly PriceCatalogue s_catalogue = PriceCatalogue.Default;

    [Theory]
    // Exact, with OTel's provider names and their predecessors.
    [InlineData("openai", "gpt-4o", "openai/gpt-4o")]
    [InlineData("azure.ai.openai", "gpt-4o", "azure/gpt-4o")]
    [InlineData("az.ai.openai", "gpt-4o", "azure/gpt-4o")]
    [InlineData("azure.ai.inference", "Phi-4", "azure_ai/Phi-4")]
    [InlineData("gcp.gemini", "gemini-2.5-flash", "gemini/gemini-2.5-flash")]
    [InlineData("gcp.vertex_ai", "gemini-2.5-flash", "vertex_ai/gemini-2.5-flash")]
    [InlineData("gemini", "gemini-2.5-flash", "gemini/gemini-2.5-flash")]
    [InlineData("mistral_ai", "codestral-2508", "mistral/codestral-2508")]
    [InlineData("x_ai", "grok-4", "xai/grok-4")]
    [InlineData("openai.chat", "gpt-4o", "openai/gpt-4o")]
    [InlineData("amazon-bedrock", "amazon.nova-lite-v1:0", "bedrock/amazon.nova-lite-v1:0")]
    [InlineData("groq", "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile")]
    // Case.
    [InlineData("OpenAI", "GPT-4o", "openai/gpt-4o")]
    [InlineData("azure.ai.inference", "meta-llama-3.1-8b-instruct", "azure_ai/Meta-Llama-3.1-8B-Instruct")]
    // Provider prefixes: a reseller that the name names wins over the SDK's own name.
    [InlineData(null, "azure/gpt-4o-mini", "azure/gpt-4o-mini")]
    [InlineData("openai", "azure/gpt-4o-mini", "azure/gpt-4o-mini")]
    [InlineData("openai", "openai/gpt-4o", "openai/gpt-4o")]
    [InlineData(null, "models/gemini-2.5-flash", "gemini/gemini-2.5-flash")]
    [InlineData("gcp.vertex_ai", "publishers/google/models/gemini-2.5-flash", "vertex_ai/gemini-2.5-flash")]
    [InlineData(null, "google/gemini-2.5-flash", "gemini/gemini-2.5-flash")]
    [InlineData(null, "openrouter/anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5")]
    [InlineData("openai", "openrouter/anthropic/claude-sonnet-4.6", "openrouter/anthropic/claude-sonnet-4.6")]
    [InlineData("openrouter", "anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5")]
    [InlineData(null, "anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4-5")]
    [InlineData("openai", "anthropic/claude-opus-4-1", "anthropic/claude-opus-4-1")]
    [InlineData("aws.bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-1-20250805-v1:0", "bedrock/anthropic.claude-opus-4-1-20250805-v1:0")]
    // Dates, revisions.
    [InlineData("openai", "gpt-4o-2024-08-06", "openai/gpt-4o-2024-08-06")]
    [InlineData("azure.ai.openai", "gpt-4o-2024-08-06", "azure/gpt-4o")]
    [InlineData("openai", "gpt-5-mini-2025-08-07", "openai/gpt-5-mini")]
    [InlineData("openai", "gpt-3.5-turbo-0125", "openai/gpt-3.5-turbo")]
    [InlineData("openai", "gpt-4-1106-preview", "openai/gpt-4-1106-preview")]
    [InlineData("anthropic", "claude-opus-4-1-20250805", "anthropic/claude-opus-4-1")]
    [InlineData("anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5-20250929")]
    [InlineData("anthropic", "claude-3-7-sonnet-latest", "anthropic/claude-3-7-sonnet-20250219")]
    [InlineData("anthropic", "claude-sonnet-4", "anthropic/claude-sonnet-4-20250514")]
    [InlineData("gcp.vertex_ai", "claude-sonnet-4@20250514", "vertex_ai/claude-sonnet-4")]
    [InlineData("gcp.vertex_ai", "claude-opus-4-5@20251101", "vertex_ai/claude-opus-4-5")]
    [InlineData("gcp.gemini", "gemini-1.5-flash-002", "gemini/gemini-1.5-flash")]
    [InlineData("mistral_ai", "pixtral-12b", "mistral/pixtral-12b-2409")]
    // Regions: their own price where there is one, else the plain name's.
    [InlineData("aws.bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0")]
    [InlineData("aws.bedrock", "us.anthropic.claude-sonnet-4-20250514-v1:0", "bedrock/anthropic.claude-sonnet-4-20250514-v1:0")]
    [InlineData("aws.bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("aws.bedrock", "eu.anthropic.claude-opus-4-20250514-v1:0", "bedrock/anthropic.claude-opus-4-20250514-v1:0")]
    [InlineData(null, "apac.anthropic.claude-sonnet-4-20250514-v1:0", "bedrock/anthropic.claude-sonnet-4-20250514-v1:0")]
    [InlineData(null, "bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0", "bedrock/anthropic.claude-sonnet-4-20250514-v1:0")]
    // Behind a route, and in ARNs, which name it twice.
    [InlineData("aws.bedrock", "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("aws.bedrock", "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5", "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("aws.bedrock", "arn:aws-us-gov:bedrock:us-gov-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/us-gov-east-1/claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("aws.bedrock", "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/claude-sonnet-4-5-20250929-v1:0")]
    [InlineData(null, "bedrock/converse/us.anthropic.claude-opus-4-6-v1", "bedrock/us.anthropic.claude-opus-4-6-v1")]
    [InlineData("aws.bedrock", "converse/us.anthropic.claude-opus-4-6-v1", "bedrock/us.anthropic.claude-opus-4-6-v1")]
    // Fine-tuned models have a price of their own.
    [InlineData("openai", "ft:gpt-4o-mini-2024-07-18:acme:support:abc123", "openai/ft:gpt-4o-mini-2024-07-18")]
    // Another provider's price when the named one has none, its maker's first.
    [InlineData("openai", "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5")]
    [InlineData("openai", "llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile")]
    [InlineData("some.gateway", "deepseek-chat", "deepseek/deepseek-chat")]
    [InlineData(null, "deepseek-r1", "deepseek/deepseek-r1")]
    public void Finds_the_price(string? provider, string model, string key)
    {
        var cost = s_catalogue.Price(provider, model, requestModel: null, new TokenUsage { Input = 1, Output = 0 }, null, null);
        Assert.Equal("2026-07-24/" + key, cost.PriceKey);
    }

    [Theory]
    [InlineData("openai", "gpt-4o-ultra")]
    [InlineData("openai", "gpt-4o:free")]
    [InlineData("openai", "ft:gpt-9:acme::1")]
    [InlineData("anthropic", "claude")]
    [InlineData("openai", "text-embedding-999")]
    [InlineData("aws.bedrock", "amazon.titan-embed-text-v9:0")]
    [InlineData("gcp.gemini", "text-embedding-006")]
    [InlineData("mistral_ai", "devstral-small-2999")]
    [InlineData(null, "/")]
    [InlineData(null, "models/")]
    [InlineData(null, "-2024-08-06")]
    [InlineData("ollama", "gpt-oss-120b")]
    [InlineData("openai", "ollama/llama3.1-8b")]
    public void Does_not_guess(string? provider, string model) =>
        Assert.Equal(Cost.Unknown, s_catalogue.Price(provider, model, null, new TokenUsage { Input = 1 }, null, null));

    [Fact]
    public void A_name_with_several_prices_needs_its_provider()
    {
        var usage = new TokenUsage { Input = 1 };
        var ledger = s_catalogue.Explain(null, "Qwen/Qwen3-32B", null, usage, null, null);
        Assert.Null(ledger.Cost.Amount);
        Assert.Equal("“Qwen/Qwen3-32B” costs differently at deepinfra, groq, nebius, and the span names none of them.", ledger.UnknownBecause);
        Assert.Equal("2026-07-24/groq/qwen/qwen3-32b", s_catalogue.Price("groq", "Qwen/Qwen3-32B", null, usage, null, null).PriceKey);
    }

    [Fact]
    public void The_response_model_comes_before_the_request_model()
    {
        var usage = new TokenUsage { Input = 1 };
        Assert.Equal("2026-07-24/openai/gpt-4o-mini", s_catalogue.Price("openai", "gpt-4o-mini", "gpt-4o", usage, null, null).PriceKey);
        Assert.Equal("2026-07-24/openai/gpt-4o", s_catalogue.Price("openai", "deployment-7", "gpt-4o", usage, null, null).PriceKey);
        Assert.Equal("2026-07-24/openai/gpt-4o", s_catalogue.Price("openai", " ", "gpt-4o", usage, null, null).PriceKey);
    }

    [Fact]
    public void Keeps_a_bounded_number_of_matches()
    {
        var matcher = new PriceMatcher(s_catalogue.Prices);
        for (var i = 0; i < NameCache<PriceMatch>.Size * 5; i++)
            matcher.Match("openai", $"random-{i}", null);

        Assert.InRange(matcher.CachedMatches, 1, 2 * NameCache<PriceMatch>.Size);
        Assert.Equal("gpt-4o", matcher.Match("openai", "gpt-4o", null).Price!.Model);
    }

    [Fact]
    public void A_name_seen_before_costs_no_allocation()
    {
        // Its own: other tests may fill the one that is shared, and make it begin a new generation of names.
        var matcher = new PriceMatcher(s_catalogue.Prices);
        for (var i = 0; i < 2; i++)
            matcher.Match("openai", "gpt-4o-2024-08-06", "gpt-4o"); // what is compared for the first time may allocate once

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            matcher.Match("openai", "gpt-4o-2024-08-06", "gpt-4o");

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
