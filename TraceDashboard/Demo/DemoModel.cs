namespace TraceDashboard.Demo;

/// <summary>A model that the demo's programs call, with the speed of its answers.</summary>
/// <param name="Provider">OTel GenAI <c>gen_ai.provider.name</c>.</param>
/// <param name="Name">As in the price catalogue; the last three have no price there, as models of one's own have none.</param>
/// <param name="FirstTokenMs">Median time to the first token.</param>
/// <param name="TokensPerSecond">After the first token.</param>
/// <param name="Cache">How the provider caches prompts.</param>
/// <param name="Reasons">Whether it spends tokens on reasoning before it answers.</param>
internal sealed record DemoModel(string Provider, string Name, int FirstTokenMs, int TokensPerSecond, PromptCache Cache = PromptCache.None, bool Reasons = false)
{
    public static DemoModel Embedding { get; } = new("openai", "text-embedding-3-small", 60, 0);

    public static DemoModel LargeEmbedding { get; } = new("openai", "text-embedding-3-large", 90, 0);

    public static DemoModel MultilingualEmbedding { get; } = new("cohere", "embed-v4.0", 80, 0);

    public static DemoModel Reranker { get; } = new("cohere", "rerank-v3.5", 120, 0);

    public static DemoModel Triage { get; } = new("openai", "gpt-5-nano", 280, 190, PromptCache.Automatic);

    public static DemoModel Guard { get; } = new("vllm", "policy-guard-v2", 40, 400);

    public static DemoModel OwnReranker { get; } = new("vllm", "shop-reranker-small", 30, 0);

    public static DemoModel Judge { get; } = new("openai", "gpt-4.1", 480, 90, PromptCache.Automatic);

    /// <summary>Those that chat, the most used first.</summary>
    public static IReadOnlyList<DemoModel> Chat { get; } =
    [
        new("openai", "gpt-5-mini", 420, 120, PromptCache.Automatic),
        new("anthropic", "claude-sonnet-4-5", 780, 72, PromptCache.Written),
        new("openai", "gpt-4o-mini", 340, 110, PromptCache.Automatic),
        new("anthropic", "claude-haiku-4-5", 390, 150, PromptCache.Written),
        new("gcp.gemini", "gemini-2.5-flash", 360, 210, PromptCache.Automatic),
        new("openai", "gpt-5.1", 860, 80, PromptCache.Automatic, Reasons: true),
        new("openai", "gpt-4o", 520, 85, PromptCache.Automatic),
        new("gcp.gemini", "gemini-2.5-pro", 1_100, 95, PromptCache.Automatic, Reasons: true),
        new("anthropic", "claude-opus-4-5", 1_250, 55, PromptCache.Written),
        new("openai", "gpt-4.1-mini", 360, 115, PromptCache.Automatic),
        new("vllm", "support-llama-8b-ft", 140, 130),
        new("mistral_ai", "mistral-small-latest", 280, 140),
        new("groq", "llama-3.3-70b-versatile", 180, 270),
        new("deepseek", "deepseek-chat", 900, 45, PromptCache.Automatic),
        new("anthropic", "claude-sonnet-4-6", 740, 78, PromptCache.Written),
        new("openai", "gpt-5.2", 900, 82, PromptCache.Automatic, Reasons: true),
        new("gcp.gemini", "gemini-2.5-flash-lite", 240, 300, PromptCache.Automatic),
        new("mistral_ai", "mistral-large-latest", 520, 70),
        new("aws.bedrock", "amazon.nova-pro-v1:0", 460, 100),
        new("x_ai", "grok-4", 1_400, 65, Reasons: true),
        new("openai", "gpt-5", 1_050, 75, PromptCache.Automatic, Reasons: true),
        new("groq", "openai/gpt-oss-120b", 210, 480, PromptCache.Automatic, Reasons: true),
        new("gcp.gemini", "gemini-3-flash-preview", 380, 220, PromptCache.Automatic),
        new("cohere", "command-a-03-2025", 400, 95),
        new("moonshot_ai", "kimi-k2.5", 820, 60, PromptCache.Automatic),
        new("mistral_ai", "codestral-latest", 300, 160),
        new("deepseek", "deepseek-reasoner", 1_300, 40, PromptCache.Automatic, Reasons: true),
        new("x_ai", "grok-code-fast-1", 450, 170, PromptCache.Automatic),
        new("openai", "o4-mini", 1_500, 120, PromptCache.Automatic, Reasons: true),
        new("aws.bedrock", "amazon.nova-lite-v1:0", 300, 160),
        new("gcp.gemini", "gemini-3-pro-preview", 1_600, 85, PromptCache.Automatic, Reasons: true),
        new("perplexity", "sonar-pro", 1_200, 70),
    ];

    /// <summary>All forty.</summary>
    public static IReadOnlyList<DemoModel> All { get; } =
        [.. Chat, Embedding, LargeEmbedding, MultilingualEmbedding, Reranker, Triage, Judge, Guard, OwnReranker];
}

/// <summary>How a provider bills a prompt that it has seen before.</summary>
internal enum PromptCache
{
    None,

    /// <summary>Cached by itself; only reads are billed differently.</summary>
    Automatic,

    /// <summary>Cached on request; writing costs more than plain input.</summary>
    Written,
}
