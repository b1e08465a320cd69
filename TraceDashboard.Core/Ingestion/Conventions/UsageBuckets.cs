using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// From reported token counts, which overlap, to disjoint buckets. In OTel's conventions the input includes what was read from and
/// written to a cache and the output includes reasoning. Whoever forwards Anthropic's numbers reports the input without the cache: a
/// cached part larger than the input gives that away.
/// </summary>
internal static class UsageBuckets
{
    public static TokenUsage? From(Candidates found, SpanKind kind)
    {
        var input = found.Tokens(Field.InputTokens);
        var output = found.Tokens(Field.OutputTokens);
        var read = found.Tokens(Field.CacheReadTokens);
        var write = found.Tokens(Field.CacheWriteTokens);
        var reasoning = found.Tokens(Field.ReasoningTokens);
        if ((input ?? output ?? read ?? write ?? reasoning) is null)
            return null;

        var inputAudio = found.Tokens(Field.InputAudioTokens);
        var inputImage = found.Tokens(Field.InputImageTokens);
        var outputAudio = found.Tokens(Field.OutputAudioTokens);
        var outputImage = found.Tokens(Field.OutputImageTokens);
        var excludesCache = (read ?? 0) + (write ?? 0) > (input ?? long.MaxValue);
        var cached = excludesCache ? 0 : (read ?? 0) + (write ?? 0);
        // Reasoning that is larger than the output cannot be a part of it.
        var reasoningWithin = reasoning <= output ? reasoning : 0;
        return new TokenUsage
        {
            Input = Rest(input, cached + (inputAudio ?? 0) + (inputImage ?? 0)),
            CacheRead = read,
            CacheWrite5m = write,
            Output = kind == SpanKind.Embedding ? output ?? 0 : Rest(output, (reasoningWithin ?? 0) + (outputAudio ?? 0) + (outputImage ?? 0)),
            Reasoning = reasoning,
            InputAudio = inputAudio,
            OutputAudio = outputAudio,
            InputImage = inputImage,
            OutputImage = outputImage,
            Rule = excludesCache ? UsageRule.InputExcludesCache : UsageRule.InputIncludesCache,
        };
    }

    private static long? Rest(long? total, long parts) => total is { } known ? Math.Max(0, known - parts) : null;
}
