namespace TraceDashboard.Core.Pricing;

/// <summary>From the names that spans carry (OTel's <c>gen_ai.provider.name</c>, its predecessors, SDKs' own) to the providers of the catalogue.</summary>
internal static class ProviderNames
{
    /// <summary>
    /// Who sells a model under its plain name first: makers, then the clouds. Decides which price a name means when the span names no
    /// provider and several charge differently. A provider that is not listed is never guessed.
    /// </summary>
    public static readonly string[] Preference =
    [
        "openai", "anthropic", "gemini", "mistral", "cohere", "deepseek", "xai", "moonshot", "minimax", "zai", "perplexity", "ai21", "voyage",
        "dashscope", "amazon_nova", "jina_ai", "vertex_ai", "bedrock", "azure", "azure_ai",
    ];

    private const int Makers = 16;

    private static readonly Dictionary<string, string[]> s_known = new(StringComparer.Ordinal)
    {
        ["openai"] = ["openai"],
        ["azureaiopenai"] = ["azure", "azure_ai"],
        ["azaiopenai"] = ["azure", "azure_ai"],
        ["azureopenai"] = ["azure", "azure_ai"],
        ["azure"] = ["azure", "azure_ai"],
        ["azureaiinference"] = ["azure_ai", "azure"],
        ["azaiinference"] = ["azure_ai", "azure"],
        ["azureai"] = ["azure_ai", "azure"],
        ["azureaifoundry"] = ["azure_ai", "azure"],
        ["microsoftfoundry"] = ["azure_ai", "azure"],
        ["anthropic"] = ["anthropic"],
        ["gcpgemini"] = ["gemini", "vertex_ai"],
        ["gcpgenai"] = ["gemini", "vertex_ai"],
        ["gemini"] = ["gemini", "vertex_ai"],
        ["google"] = ["gemini", "vertex_ai"],
        ["googleai"] = ["gemini", "vertex_ai"],
        ["googlegenai"] = ["gemini", "vertex_ai"],
        ["googlegenerativeai"] = ["gemini", "vertex_ai"],
        ["gcpvertexai"] = ["vertex_ai", "gemini"],
        ["vertexai"] = ["vertex_ai", "gemini"],
        ["googlevertex"] = ["vertex_ai", "gemini"],
        ["googlevertexai"] = ["vertex_ai", "gemini"],
        ["awsbedrock"] = ["bedrock"],
        ["amazonbedrock"] = ["bedrock"],
        ["bedrock"] = ["bedrock"],
        ["bedrockconverse"] = ["bedrock"],
        ["amazonnova"] = ["amazon_nova", "bedrock"],
        ["mistral"] = ["mistral"],
        ["mistralai"] = ["mistral"],
        ["xai"] = ["xai"],
        ["moonshot"] = ["moonshot"],
        ["moonshotai"] = ["moonshot"],
        ["zai"] = ["zai"],
        ["zhipu"] = ["zai"],
        ["zhipuai"] = ["zai"],
        ["alibaba"] = ["dashscope"],
        ["alibabacloud"] = ["dashscope"],
        ["qwen"] = ["dashscope"],
        ["together"] = ["together_ai"],
        ["fireworks"] = ["fireworks_ai"],
        ["lambda"] = ["lambda_ai"],
        ["voyageai"] = ["voyage"],
        ["jina"] = ["jina_ai"],
        ["ibmwatsonxai"] = ["watsonx"],
        ["novitaai"] = ["novita"],
    };

    // What runs on own hardware has a cost, but nobody's list price is it.
    private static readonly HashSet<string> s_selfHosted = new(StringComparer.Ordinal)
    {
        "ollama", "ollamachat", "vllm", "hostedvllm", "lmstudio", "llamacpp", "llamafile", "localai", "sglang", "textgenerationinference", "tgi", "triton",
    };

    public static bool IsSelfHosted(string? name) => name is not null && s_selfHosted.Contains(Squash(name));

    public static bool IsMaker(string catalogueProvider) => Preference.AsSpan(0, Makers).Contains(catalogueProvider);

    /// <summary>The catalogue's providers that a name stands for, the likeliest first; empty when it is none of them.</summary>
    public static string[] Resolve(string? name, IReadOnlySet<string> catalogueProviders)
    {
        if (string.IsNullOrWhiteSpace(name))
            return [];
        // The Vercel AI SDK appends the kind of API: openai.chat, google.vertex.chat.
        for (var part = name; part.Length > 0; part = part[..Math.Max(0, part.LastIndexOf('.'))])
        {
            var squashed = Squash(part);
            if (s_known.TryGetValue(squashed, out var known))
                return known;
            if (catalogueProviders.FirstOrDefault(p => Squash(p) == squashed) is { } same)
                return [same];
        }

        return [];
    }

    /// <summary>Whether two names stand for the same provider.</summary>
    public static bool Same(string name, string? other, IReadOnlySet<string> catalogueProviders)
    {
        if (string.IsNullOrWhiteSpace(other))
            return false;
        if (Squash(name) == Squash(other))
            return true;
        return Resolve(name, catalogueProviders) is [var first, ..] && Resolve(other, catalogueProviders) is [var second, ..] && first == second;
    }

    private static string Squash(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));
}
