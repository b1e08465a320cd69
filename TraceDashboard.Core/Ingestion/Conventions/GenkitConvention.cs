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
        new("genkit:input", Field.Input, 62),
        new("genkit:output", Field.Output, 61),
        new("genkit:output", Field.GenkitOutput, 10),
    ];

    public static SpanKind? KindOf(ReadOnlySpan<byte> word) => Words.Find(s_kinds, word);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["model", "background-model"]), (SpanKind.Embedding, ["embedder"]), (SpanKind.Tool, ["tool"]),
        (SpanKind.Retriever, ["retriever"]), (SpanKind.Reranker, ["reranker"]), (SpanKind.Evaluator, ["evaluator"]),
        (SpanKind.Chain, ["flow", "prompt", "executable-prompt", "util"]));

    /// <summary>Thoughts count beside the output when the total says so.</summary>
    public static void Complete(Candidates found, ref ReportedUsage usage)
    {
        if (!found.Has(Field.GenkitOutput) || (usage.Input ?? usage.Output) is not null)
            return;
        long? thoughts = null;
        var leaves = new JsonLeaves(found.Json(Field.GenkitOutput), stackalloc byte[256]);
        while (leaves.Next())
        {
            if (!leaves.Path.StartsWith("usage."u8) || leaves.Count is not { } count)
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
    }
}
