using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Genkit: the input and output of each action as JSON; a model's output has the usage in it, its name is the action's.</summary>
internal static class GenkitConvention
{
    public static readonly Source[] Sources =
    [
        new("genkit:metadata:subtype", Field.GenkitSubtype, 10),
        new("genkit:name", Field.DisplayName, 30),
        new("genkit:name", Field.GenkitName, 10),
        new("genkit:name", Field.ToolName, 45),
        new("genkit:input", Field.Input, 62, SourceForm.JsonText),
        new("genkit:output", Field.Output, 61, SourceForm.JsonText),
        new("genkit:output", Field.GenkitOutput, 10),
    ];

    public static SpanKind? KindOf(ReadOnlySpan<byte> word) => Words.Find(s_kinds, word);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["model", "background-model"]), (SpanKind.Embedding, ["embedder"]), (SpanKind.Tool, ["tool"]),
        (SpanKind.Retriever, ["retriever"]), (SpanKind.Reranker, ["reranker"]), (SpanKind.Evaluator, ["evaluator"]),
        (SpanKind.Chain, ["flow", "prompt", "executable-prompt", "util"]));

    /// <summary>Thoughts count beside the output when the total says so. What Genkit leaves out is in the provider's own answer.</summary>
    public static void Complete(Candidates found, ref ReportedUsage usage)
    {
        if (!found.Has(Field.GenkitOutput) || (usage.Input ?? usage.Output) is not null)
            return;
        long? thoughts = null;
        var raw = new ReportedUsage();
        var leaves = new JsonLeaves(found.Json(Field.GenkitOutput), stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Count is not { } count)
                continue;
            if (leaves.Path.StartsWith("raw.usage."u8))
            {
                ProviderUsage.Take(leaves.Path["raw.usage.".Length..], count, ref raw);

                // Anthropic's input leaves out what is cached.
                raw.ExcludesCache |= leaves.Path.StartsWith("raw.usage.cache_"u8);
            }

            if (!leaves.Path.StartsWith("usage."u8))
                continue;
            var name = leaves.Path["usage.".Length..];
            if (name.SequenceEqual("inputTokens"u8))
                usage.Input = count;
            else if (name.SequenceEqual("outputTokens"u8))
                usage.Output = count;
            else if (name.SequenceEqual("thoughtsTokens"u8))
                thoughts = count;
            else if (name.SequenceEqual("totalTokens"u8))
                usage.Total = count;
            else if (name.SequenceEqual("cachedContentTokens"u8))
                usage.CacheRead ??= count;
        }

        usage.Reasoning ??= thoughts;
        if (thoughts is not null && usage.Total == usage.Input + usage.Output + thoughts)
            usage.Output += thoughts;

        usage.ExcludesCache |= raw.ExcludesCache && (usage.Input ?? raw.Input) == raw.Input;
        usage.Input ??= raw.Input;
        usage.Output ??= raw.Output;
        usage.Total ??= raw.Total;
        usage.CacheRead ??= raw.CacheRead;
        usage.CacheWrite ??= raw.CacheWrite;
        usage.CacheWrite5m ??= raw.CacheWrite5m;
        usage.CacheWrite1h ??= raw.CacheWrite1h;
        usage.Reasoning ??= raw.Reasoning;
    }
}
