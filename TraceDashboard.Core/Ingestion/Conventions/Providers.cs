using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>What tells the provider of a call where its span does not name one.</summary>
internal static class Providers
{
    /// <summary>What stands where a provider belongs and is none: what calls one.</summary>
    private static readonly HashSet<string> s_frameworks = new(StringComparer.OrdinalIgnoreCase)
    {
        "langchain", "strands-agents", "llama_index", "haystack", "crewai", "ag2", "agno", "dynamiq", "controlflow", "letta", "openai_agents", "pydantic_ai", "browser_use",
    };

    private static readonly (string Suffix, string Provider)[] s_hosts =
    [
        ("openai.azure.com", "azure.ai.openai"),
        ("inference.ai.azure.com", "azure.ai.inference"),
        ("api.openai.com", "openai"),
        ("api.anthropic.com", "anthropic"),
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("aiplatform.googleapis.com", "gcp.vertex_ai"),
        ("api.mistral.ai", "mistral_ai"),
        ("api.groq.com", "groq"),
        ("api.deepseek.com", "deepseek"),
        ("api.x.ai", "x_ai"),
        ("api.cohere.com", "cohere"),
        ("api.cohere.ai", "cohere"),
        ("api.perplexity.ai", "perplexity"),
    ];

    private static readonly (string Prefix, string Provider)[] s_models =
    [
        ("gpt-", "openai"),
        ("claude-", "anthropic"),
        ("gemini-", "gcp.gemini"),
        ("deepseek-", "deepseek"),
        ("grok-", "x_ai"),
        ("mistral-", "mistral_ai"),
        ("command-", "cohere"),
    ];

    public static bool IsFramework(string name) => s_frameworks.Contains(name);

    /// <summary>From the address that was called, or from the model's id; null when neither tells.</summary>
    public static string? Guess(string? host, string? model)
    {
        if (host is not null)
        {
            // Semantic Kernel puts the whole URL where the host belongs.
            if (host.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(host, UriKind.Absolute, out var url))
                host = url.Host;
            foreach (var (suffix, provider) in s_hosts)
            {
                if (host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                    return provider;
            }

            if (host.StartsWith("bedrock", StringComparison.OrdinalIgnoreCase) && host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase))
                return "aws.bedrock";
        }

        if (model is null)
            return null;
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        // Only routers write provider/model; elsewhere what stands before the slash is a publisher of weights.
        if (slash > 0)
            return s_hosts.FirstOrDefault(h => h.Provider == ProviderNames.Normalize(model[..slash])).Provider;
        foreach (var (prefix, provider) in s_models)
        {
            if (model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return provider;
        }

        return null;
    }
}
