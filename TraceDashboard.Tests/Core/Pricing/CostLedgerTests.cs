using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Pricing;

public class CostLedgerTests
{
    private static readonly PriceCatalogue s_catalogue = PriceCatalogue.Default;

    [Fact]
    public void Shows_each_bucket_with_its_price_and_what_stood_in_for_a_missing_one()
    {
        var usage = new TokenUsage { Input = 1000, CacheRead = 400, CacheWrite5m = 100, Output = 50, Reasoning = 0 };
        var ledger = s_catalogue.Explain("azure.ai.openai", "gpt-4o-2024-08-06", "my-deployment", usage, null, null);

        Assert.Equal(
            [
                new CostLine(TokenBucket.Input, 1000, 2.5m, 0.0025m, null),
                new CostLine(TokenBucket.CacheRead, 400, 1.25m, 0.0005m, null),
                new CostLine(TokenBucket.CacheWrite5m, 100, 2.5m, 0.00025m, TokenBucket.Input),
                new CostLine(TokenBucket.Output, 50, 10m, 0.0005m, null),
            ],
            ledger.Lines);
        Assert.Equal(0.00375m, ledger.Computed);
        Assert.Equal(new Cost(0.00375m, CostSource.Computed, "2026-07-24/azure/gpt-4o"), ledger.Cost);
        Assert.Equal("response model “gpt-4o-2024-08-06”, date stripped", ledger.Rule);
        Assert.Equal("standard", ledger.Tier);
        Assert.Null(ledger.UnknownBecause);
    }

    [Fact]
    public void Names_the_tier_in_force()
    {
        var usage = new TokenUsage { Input = 272_001 };
        Assert.Equal("standard, over 272\u202f000 input tokens", s_catalogue.Explain("openai", "gpt-5.4", null, usage, null, null).Tier);
        Assert.Equal("flex", s_catalogue.Explain("openai", "gpt-5.4", null, new TokenUsage { Input = 1 }, "flex", null).Tier);
        Assert.Equal("standard (no batch price is known)", s_catalogue.Explain("openai", "o3", null, usage, "Batch", null).Tier);
    }

    [Theory]
    [InlineData("openai", null, "azure/gpt-4o-mini", "request model “azure/gpt-4o-mini”, prefix stripped")]
    [InlineData("aws.bedrock", "eu.anthropic.claude-opus-4-20250514-v1:0", null, "response model “eu.anthropic.claude-opus-4-20250514-v1:0”, region stripped")]
    [InlineData("anthropic", "eu.anthropic.claude-sonnet-4-20250514-v1:0", null, "response model “eu.anthropic.claude-sonnet-4-20250514-v1:0”, prefix stripped, region stripped, revision stripped")]
    [InlineData("anthropic", "claude-sonnet-4", null, "response model “claude-sonnet-4”, newest date taken")]
    [InlineData("openai", "claude-sonnet-4.5", null, "response model “claude-sonnet-4.5”, dots and dashes taken as the same, price of anthropic, as the span's own provider has none or is not named")]
    public void Names_the_rule_that_found_the_price(string provider, string? response, string? request, string rule) =>
        Assert.Equal(rule, s_catalogue.Explain(provider, response, request, new TokenUsage { Input = 1 }, null, null).Rule);

    [Fact]
    public void A_reported_cost_counts_and_the_computed_one_is_shown_beside_it()
    {
        var ledger = s_catalogue.Explain("openai", "gpt-4o", null, new TokenUsage { Input = 1000 }, null, null, reportedCost: 0.9m);
        Assert.Equal(new Cost(0.9m, CostSource.Reported), ledger.Cost);
        Assert.Equal(0.0025m, ledger.Computed);
        Assert.Equal(0.0025m, Assert.Single(ledger.Lines).Usd);
    }

    [Fact]
    public void A_reported_cost_counts_where_nothing_can_be_computed()
    {
        var ledger = s_catalogue.Explain("openai", "nobody-knows", null, null, null, null, reportedCost: 0m);
        Assert.Equal(new Cost(0m, CostSource.Reported), ledger.Cost);
        Assert.Null(ledger.Computed);
        Assert.Equal("No price is known for “nobody-knows”.", ledger.UnknownBecause);
    }

    [Fact]
    public void Says_why_a_cost_is_unknown()
    {
        Assert.Equal("The span reports no token counts.", Why("openai", "gpt-4o", null));
        Assert.Equal("The span names no model.", Why("openai", null, new TokenUsage { Input = 1 }));
        Assert.Equal("“llama3” runs on own hardware, which has no list price.", Why("ollama", "llama3", new TokenUsage { Input = 1 }));
        Assert.Equal("The price of input tokens is not known for this model.", Why("aws.bedrock", "twelvelabs.pegasus-1-2-v1:0", new TokenUsage { Input = 1 }));

        static string? Why(string provider, string? model, TokenUsage? usage) => s_catalogue.Explain(provider, model, null, usage, null, null).UnknownBecause;
    }
}
