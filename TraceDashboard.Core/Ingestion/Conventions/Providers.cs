namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Names of providers as OTel's <c>gen_ai.provider.name</c> has them since 1.37.</summary>
internal static class Providers
{
    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["vertex_ai"] = "gcp.vertex_ai",
        ["vertexai"] = "gcp.vertex_ai",
        ["gemini"] = "gcp.gemini",
        ["az.ai.inference"] = "azure.ai.inference",
        ["azure_ai"] = "azure.ai.inference",
        ["az.ai.openai"] = "azure.ai.openai",
        ["azure"] = "azure.ai.openai",
        ["azure_openai"] = "azure.ai.openai",
        ["xai"] = "x_ai",
        ["bedrock"] = "aws.bedrock",
        ["aws_bedrock"] = "aws.bedrock",
        ["mistral"] = "mistral_ai",
        ["mistralai"] = "mistral_ai",
        ["moonshot"] = "moonshot_ai",
        ["watsonx"] = "ibm.watsonx.ai",
        ["azure-openai"] = "azure.ai.openai",
        ["amazon-bedrock"] = "aws.bedrock",
        ["amazon"] = "aws.bedrock",
        ["aws"] = "aws.bedrock",
        ["google"] = "gcp.gen_ai",
        ["googleai"] = "gcp.gemini",
        ["google.generative-ai"] = "gcp.gemini",
        ["google.vertex"] = "gcp.vertex_ai",
        ["vertex"] = "gcp.vertex_ai",
        ["google-vertex"] = "gcp.vertex_ai",
        ["vertex_ai_beta"] = "gcp.vertex_ai",
        ["gcp.vertex.agent"] = "gcp.vertex_ai",
        ["togetherai"] = "together",
        ["together_ai"] = "together",
        ["fireworks_ai"] = "fireworks",
    };

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

    private static readonly HashSet<string> s_canonical = new(s_aliases.Values.Concat(s_hosts.Select(h => h.Provider)), StringComparer.OrdinalIgnoreCase);

    public static bool IsFramework(string name) => s_frameworks.Contains(name);

    /// <summary>One name for each provider; names that are not known stay, in lower case.</summary>
    public static string Normalize(string name)
    {
        if (s_aliases.TryGetValue(name, out var known))
            return known;
        // The Vercel AI SDK appends the kind of API: openai.chat. OTel's own names have dots too.
        for (var dot = s_canonical.Contains(name) ? -1 : name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            if (s_aliases.TryGetValue(name[..dot], out known))
                return known;
            if (s_canonical.Contains(name[..dot]))
                return name[..dot].ToLowerInvariant();
        }

        return name.AsSpan().ContainsAnyInRange('A', 'Z') ? name.ToLowerInvariant() : name;
    }

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
            return s_hosts.FirstOrDefault(h => h.Provider == Normalize(model[..slash])).Provider;
        foreach (var (prefix, provider) in s_models)
        {
            if (model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return provider;
        }

        return null;
    }
}
