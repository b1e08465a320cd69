namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Anthropic's own SDKs, which speak OTel's names: what only their API has.</summary>
internal static class AnthropicConvention
{
    public static readonly Source[] Sources =
    [
        new("anthropic.usage.cache_creation.ephemeral_5m_input_tokens", Field.CacheWrite5mTokens, 20),
        new("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", Field.CacheWrite1hTokens, 20),
        new("anthropic.response.service_tier", Field.ServiceTier, 50),
        new("anthropic.message.stop_reason", Field.FinishReasons, 50),
    ];
}
