using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Tests.Core.Pricing;

public sealed class ProviderNamesTests
{
    private static readonly IReadOnlySet<string> s_catalogue = PriceCatalogue.Default.Prices.Select(p => p.Provider).ToHashSet(StringComparer.Ordinal);

    [Theory]
    [InlineData("aws", "aws.bedrock", "bedrock")]
    [InlineData("amazon-bedrock", "aws.bedrock", "bedrock")]
    [InlineData("bedrock_converse", "aws.bedrock", "bedrock")]
    [InlineData("gcp.vertex.agent", "gcp.vertex_ai", "vertex_ai")]
    [InlineData("vertex", "gcp.vertex_ai", "vertex_ai")]
    [InlineData("google.vertex.chat", "gcp.vertex_ai", "vertex_ai")]
    [InlineData("google_genai", "gcp.gen_ai", "gemini")]
    [InlineData("Azure-AI-Foundry", "azure.ai.inference", "azure_ai")]
    [InlineData("az.ai.openai", "azure.ai.openai", "azure")]
    [InlineData("openai.responses", "openai", "openai")]
    [InlineData("xAI", "x_ai", "xai")]
    [InlineData("mistralai", "mistral_ai", "mistral")]
    [InlineData("zhipu", "zai", "zai")]
    [InlineData("fireworks_ai", "fireworks", "fireworks_ai")]
    [InlineData("OpenRouter.chat", "openrouter.chat", "openrouter")]
    public void A_name_that_spans_carry_is_stored_as_one_and_priced_as_the_same(string name, string stored, string priced)
    {
        Assert.Equal(stored, ProviderNames.Normalize(name));
        Assert.Equal(priced, ProviderNames.Resolve(name, s_catalogue)[0]);
        Assert.All(ProviderNames.Resolve(name, s_catalogue), p => Assert.Contains(p, s_catalogue));
        Assert.Equal(ProviderNames.Resolve(stored, s_catalogue), ProviderNames.Resolve(name, s_catalogue));
    }

    [Theory]
    [InlineData("our-gateway", "our-gateway")]
    [InlineData("Our.Gateway", "our.gateway")]
    [InlineData("...", "...")]
    public void A_name_that_nobody_knows_stays(string name, string stored)
    {
        Assert.Equal(stored, ProviderNames.Normalize(name));
        Assert.Empty(ProviderNames.Resolve(name, s_catalogue));
    }

    [Fact]
    public void A_name_of_any_length_is_looked_up()
    {
        var name = "openai" + new string('x', 2_000);

        Assert.Equal(name, ProviderNames.Normalize(name));
        Assert.Equal("openai", ProviderNames.Normalize("openai." + name));
    }
}
