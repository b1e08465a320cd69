namespace TraceDashboard.Core.Pricing;

/// <summary>
/// Names of providers: what spans and people call them (OTel's <c>gen_ai.provider.name</c>, its predecessors, SDKs' own), the one name that
/// each is stored under, and the providers of the catalogue that it stands for. Case and punctuation never matter.
/// </summary>
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

    /// <summary>Longer names are nobody's that is known.</summary>
    private const int MaxLength = 64;

    private static readonly Provider[] s_providers =
    [
        new("openai", ["openai"]),
        new("anthropic", ["anthropic"]),
        new("azure.ai.openai", ["azure", "azure_ai"], "az.ai.openai", "azure_openai", "azure"),
        new("azure.ai.inference", ["azure_ai", "azure"], "az.ai.inference", "azure_ai", "azure_ai_foundry", "microsoft_foundry"),
        new("gcp.gemini", ["gemini", "vertex_ai"], "gemini", "google_ai", "google.generative-ai"),
        new("gcp.gen_ai", ["gemini", "vertex_ai"], "google", "google_genai"),
        new("gcp.vertex_ai", ["vertex_ai", "gemini"], "vertex_ai", "vertex", "vertex_ai_beta", "google.vertex", "google_vertex_ai", "gcp.vertex.agent"),
        new("aws.bedrock", ["bedrock"], "bedrock", "bedrock_converse", "amazon_bedrock", "amazon", "aws"),
        new("amazon_nova", ["amazon_nova", "bedrock"]),
        new("mistral_ai", ["mistral"], "mistral"),
        new("x_ai", ["xai"]),
        new("moonshot_ai", ["moonshot"], "moonshot"),
        new("cohere", ["cohere"]),
        new("deepseek", ["deepseek"]),
        new("groq", ["groq"]),
        new("perplexity", ["perplexity"]),
        new("ibm.watsonx.ai", ["watsonx"], "watsonx"),
        new("zai", ["zai"], "zhipu", "zhipu_ai"),
        new("dashscope", ["dashscope"], "alibaba", "alibaba_cloud", "qwen"),
        new("together", ["together_ai"], "together_ai"),
        new("fireworks", ["fireworks_ai"], "fireworks_ai"),
        new("lambda", ["lambda_ai"], "lambda_ai"),
        new("voyage", ["voyage"], "voyage_ai"),
        new("jina_ai", ["jina_ai"], "jina"),
        new("novita", ["novita"], "novita_ai"),
    ];

    private static readonly Dictionary<string, Provider>.AlternateLookup<ReadOnlySpan<char>> s_byName = s_providers
        .SelectMany(p => p.Others.Prepend(p.Name), (p, name) => (Name: Squash(name), Provider: p))
        .ToDictionary(n => n.Name, n => n.Provider, StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    // What runs on own hardware has a cost, but nobody's list price is it.
    private static readonly HashSet<string> s_selfHosted = new(StringComparer.Ordinal)
    {
        "ollama", "ollamachat", "vllm", "hostedvllm", "lmstudio", "llamacpp", "llamafile", "localai", "sglang", "textgenerationinference", "tgi", "triton",
    };

    public static bool IsSelfHosted(string? name) => name is not null && s_selfHosted.Contains(Squash(name));

    public static bool IsMaker(string catalogueProvider) => Preference.AsSpan(0, Makers).Contains(catalogueProvider);

    /// <summary>The one name of the provider that a name stands for; names that are not known stay, in lower case.</summary>
    public static string Normalize(string name)
    {
        for (var part = name.AsSpan(); !part.IsEmpty; part = WithoutEnd(part))
        {
            if (Find(part) is { } known)
                return known.Name;
        }

        return name.ToLowerInvariant();
    }

    /// <summary>The catalogue's providers that a name stands for, the likeliest first; empty when it is none of them.</summary>
    public static string[] Resolve(string? name, IReadOnlySet<string> catalogueProviders)
    {
        for (var part = name.AsSpan().Trim(); !part.IsEmpty; part = WithoutEnd(part))
        {
            if (Find(part) is { } known)
                return known.Catalogue;
            var squashed = Squash(part.ToString());
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

    private static Provider? Find(ReadOnlySpan<char> name) =>
        name.Length <= MaxLength && s_byName.TryGetValue(Squash(name, stackalloc char[MaxLength]), out var known) ? known : null;

    /// <summary>The Vercel AI SDK appends the kind of API: <c>openai.chat</c>, <c>google.vertex.chat</c>.</summary>
    private static ReadOnlySpan<char> WithoutEnd(ReadOnlySpan<char> name) => name[..Math.Max(0, name.LastIndexOf('.'))];

    private static string Squash(string name) => Squash(name, new char[name.Length]).ToString();

    /// <summary>Letters and digits alone, in lower case.</summary>
    private static ReadOnlySpan<char> Squash(ReadOnlySpan<char> name, Span<char> room)
    {
        var length = 0;
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
                room[length++] = char.ToLowerInvariant(c);
        }

        return room[..length];
    }

    /// <param name="Name">As OTel has it, else as the catalogue or its SDKs do.</param>
    /// <param name="Catalogue">Whose prices are meant, the likeliest first.</param>
    private sealed record Provider(string Name, string[] Catalogue, params string[] Others);
}
