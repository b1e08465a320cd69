using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// From reported token counts, which overlap, to disjoint buckets. In OTel's conventions the input includes what was read from and
/// written to a cache and the output includes reasoning. Whoever forwards Anthropic's numbers reports the input without the cache: it
/// is known of some, a total that is the sum of all tells it, and so does a cached part larger than the input.
/// </summary>
internal static class UsageBuckets
{
    /// <param name="scope">Name of the instrumentation scope.</param>
    public static TokenUsage? From(Candidates found, SpanKind kind, ReadOnlySpan<byte> scope)
    {
        if (found.Has(Field.LangfuseUsage) && LangfuseUsage.From(found.Json(Field.LangfuseUsage)) is { } details)
            return details;

        var usage = new ReportedUsage
        {
            Input = found.Tokens(Field.InputTokens),
            UncachedInput = found.Tokens(Field.UncachedInputTokens),
            Output = found.Tokens(Field.OutputTokens),
            Total = found.Tokens(Field.TotalTokens),
            CacheRead = found.Tokens(Field.CacheReadTokens),
            CacheWrite = found.Tokens(Field.CacheWriteTokens),
            CacheWrite5m = found.Tokens(Field.CacheWrite5mTokens),
            CacheWrite1h = found.Tokens(Field.CacheWrite1hTokens),
            Reasoning = found.Tokens(Field.ReasoningTokens),
            InputAudio = found.Tokens(Field.InputAudioTokens),
            InputImage = found.Tokens(Field.InputImageTokens),
            OutputAudio = found.Tokens(Field.OutputAudioTokens),
            OutputImage = found.Tokens(Field.OutputImageTokens),
        };
        TraceloopConvention.Complete(scope, ref usage);
        LangSmithConvention.Complete(found, ref usage);
        VercelConvention.Complete(found, ref usage);
        MlflowConvention.Complete(found, ref usage);
        ClaudeCodeConvention.Complete(found, ref usage);
        GoogleAdkConvention.Complete(found, ref usage);
        GenkitConvention.Complete(found, ref usage);
        return From(usage, kind);
    }

    /// <summary>Null when nothing is known.</summary>
    public static TokenUsage? From(in ReportedUsage usage, SpanKind kind)
    {
        var input = usage.Input ?? (usage.Output is not null || kind == SpanKind.Embedding ? Less(usage.Total, usage.Output) : null);
        var output = usage.Output ?? (usage.Input is not null ? Less(usage.Total, usage.Input) : null);
        var read = usage.CacheRead;
        var write = usage.CacheWriteTotal;
        if ((input ?? output ?? read ?? write ?? usage.Reasoning ?? usage.UncachedInput ?? usage.InputAudio ?? usage.OutputAudio ?? usage.InputImage ?? usage.OutputImage) is null)
            return usage.Total is { } total ? new TokenUsage { Unsplit = total, Rule = UsageRule.InputIncludesCache } : null;

        var cached = (read ?? 0) + (write ?? 0);
        var excludesCache = usage.ExcludesCache || (cached > 0 && usage.Total is { } all && all == input + output + cached) || cached > (input ?? long.MaxValue);
        // Reasoning that is larger than the output cannot be a part of it.
        var reasoningWithin = usage.Reasoning <= output ? usage.Reasoning : 0;
        var media = (usage.InputAudio ?? 0) + (usage.InputImage ?? 0);
        return new TokenUsage
        {
            Input = Rest(usage.UncachedInput, media) ?? Rest(input, (excludesCache ? 0 : cached) + media),
            CacheRead = read,
            CacheWrite5m = Less(write, usage.CacheWrite1h),
            CacheWrite1h = usage.CacheWrite1h,
            Output = kind == SpanKind.Embedding ? output ?? 0 : Rest(output, (reasoningWithin ?? 0) + (usage.OutputAudio ?? 0) + (usage.OutputImage ?? 0)),
            Reasoning = usage.Reasoning,
            InputAudio = usage.InputAudio,
            OutputAudio = usage.OutputAudio,
            InputImage = usage.InputImage,
            OutputImage = usage.OutputImage,
            Rule = excludesCache ? UsageRule.InputExcludesCache : UsageRule.InputIncludesCache,
        };
    }

    /// <summary>What is left of a total; null when the total is unknown.</summary>
    public static long? Less(long? total, long? part) => Rest(total, part ?? 0);

    private static long? Rest(long? total, long parts) => total is { } known ? Math.Max(0, known - parts) : null;
}
