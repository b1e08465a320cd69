using TraceDashboard.Core.Api;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Turns totals and their parts into disjoint buckets.</summary>
internal static class LifecycleUsageBuckets
{
    /// <summary>Null when no count is given, or one is wrong.</summary>
    public static TokenUsage? From(LifecycleUsage usage, string path, ApiErrors errors)
    {
        ReadOnlySpan<(string Name, long? Count)> counts =
        [
            ("inputTokens", usage.InputTokens), ("outputTokens", usage.OutputTokens), ("cacheReadTokens", usage.CacheReadTokens),
            ("cacheWriteTokens", usage.CacheWriteTokens), ("cacheWrite1hTokens", usage.CacheWrite1hTokens), ("reasoningTokens", usage.ReasoningTokens),
            ("inputAudioTokens", usage.InputAudioTokens), ("outputAudioTokens", usage.OutputAudioTokens),
            ("inputImageTokens", usage.InputImageTokens), ("outputImageTokens", usage.OutputImageTokens), ("totalTokens", usage.TotalTokens),
        ];
        var any = false;
        foreach (var (name, count) in counts)
        {
            any |= count is not null;
            if (count is < 0 or > MaxCount)
                errors.Add(path + name, $"must be between 0 and {MaxCount}");
        }

        if (usage.CacheWrite1hTokens > (usage.CacheWriteTokens ?? long.MaxValue))
            errors.Add(path + "cacheWrite1hTokens", "must not be more than cacheWriteTokens, which includes it");
        return any && !errors.Any ? Buckets(usage) : null;
    }

    // No real call comes near; sums of ten such counts still fit.
    private const long MaxCount = 1_000_000_000_000;

    private static TokenUsage Buckets(LifecycleUsage usage)
    {
        var write = usage.CacheWriteTokens ?? usage.CacheWrite1hTokens;
        var cached = (usage.CacheReadTokens ?? 0) + (write ?? 0);
        var media = (usage.InputAudioTokens ?? 0) + (usage.InputImageTokens ?? 0);

        // Less input than its own cached part: whatever the sender said, it leaves the cache out.
        var excludes = usage.InputExcludesCache == true || usage.InputTokens < cached;
        var input = usage.InputTokens - media - (excludes ? 0 : cached);
        var output = usage.OutputTokens - (usage.ReasoningTokens ?? 0) - (usage.OutputAudioTokens ?? 0) - (usage.OutputImageTokens ?? 0);
        var buckets = new TokenUsage
        {
            Input = input < 0 ? 0 : input,
            CacheRead = usage.CacheReadTokens,
            CacheWrite5m = write is null ? null : write - (usage.CacheWrite1hTokens ?? 0),
            CacheWrite1h = usage.CacheWrite1hTokens,
            Output = output < 0 ? usage.OutputTokens : output,
            Reasoning = usage.ReasoningTokens,
            InputAudio = usage.InputAudioTokens,
            OutputAudio = usage.OutputAudioTokens,
            InputImage = usage.InputImageTokens,
            OutputImage = usage.OutputImageTokens,
            Rule = excludes ? UsageRule.InputExcludesCache : UsageRule.InputIncludesCache,
        };
        return buckets.Total is null ? buckets with { Unsplit = usage.TotalTokens } : buckets;
    }
}
