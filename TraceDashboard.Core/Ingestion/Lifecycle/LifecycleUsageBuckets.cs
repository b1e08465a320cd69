using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Checks the counts of a call and turns them into disjoint buckets.</summary>
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
        return any && !errors.Any ? UsageBuckets.From(Reported(usage), SpanKind.Generation) : null;
    }

    // No real call comes near; sums of ten such counts still fit.
    private const long MaxCount = 1_000_000_000_000;

    private static ReportedUsage Reported(LifecycleUsage usage) => new()
    {
        Input = usage.InputTokens,
        Output = usage.OutputTokens,
        Total = usage.TotalTokens,
        CacheRead = usage.CacheReadTokens,
        CacheWrite = usage.CacheWriteTokens,
        CacheWrite1h = usage.CacheWrite1hTokens,
        Reasoning = usage.ReasoningTokens,
        InputAudio = usage.InputAudioTokens,
        OutputAudio = usage.OutputAudioTokens,
        InputImage = usage.InputImageTokens,
        OutputImage = usage.OutputImageTokens,
        ExcludesCache = usage.InputExcludesCache == true,
    };
}
