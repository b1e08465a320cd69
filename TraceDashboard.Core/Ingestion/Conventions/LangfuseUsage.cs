using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Langfuse's usage details: free names for counts that do not overlap. Integrations that pass on what a provider answered are told from
/// the names that only OpenAI uses, or from a total that leaves out what is cached.
/// </summary>
internal static class LangfuseUsage
{
    /// <summary>Null when the JSON holds no count.</summary>
    public static TokenUsage? From(ReadOnlySpan<byte> details)
    {
        var usage = new ReportedUsage();
        var overlaps = false;
        var any = false;
        var leaves = new JsonLeaves(details, stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Count is not { } count)
                continue;
            any = true;
            Take(leaves.Path, count, ref usage, ref overlaps);
        }

        if (!any)
            return null;
        var parts = (usage.CacheRead ?? 0) + (usage.CacheWriteTotal ?? 0) + (usage.Reasoning ?? 0)
            + (usage.InputAudio ?? 0) + (usage.OutputAudio ?? 0) + (usage.InputImage ?? 0) + (usage.OutputImage ?? 0);
        if (parts > 0 && usage.Total is { } total && total == (usage.Input ?? 0) + (usage.Output ?? 0))
            overlaps = true;
        if (overlaps)
            return UsageBuckets.From(usage, SpanKind.Generation);
        // A total alone says at least how many tokens there were: what is not output is input.
        var rest = usage.Total - (usage.Output ?? 0) - parts;
        return new TokenUsage
        {
            Input = usage.Input ?? (usage.Output is not null && rest >= 0 ? rest : null),
            CacheRead = usage.CacheRead,
            CacheWrite5m = UsageBuckets.Less(usage.CacheWriteTotal, usage.CacheWrite1h),
            CacheWrite1h = usage.CacheWrite1h,
            Output = usage.Output,
            Reasoning = usage.Reasoning,
            InputAudio = usage.InputAudio,
            OutputAudio = usage.OutputAudio,
            InputImage = usage.InputImage,
            OutputImage = usage.OutputImage,
            Rule = UsageRule.Disjoint,
        };
    }

    private static void Take(ReadOnlySpan<byte> name, long count, ref ReportedUsage usage, ref bool overlaps)
    {
        if (name.SequenceEqual("input"u8) || name.SequenceEqual("input_tokens"u8) || name.SequenceEqual("inputTokens"u8))
            usage.Input = count;
        else if (name.SequenceEqual("output"u8) || name.SequenceEqual("output_tokens"u8) || name.SequenceEqual("outputTokens"u8))
            usage.Output = count;
        else if (name.SequenceEqual("total"u8) || name.SequenceEqual("total_tokens"u8) || name.SequenceEqual("totalTokens"u8))
            usage.Total = count;
        else if (name.SequenceEqual("prompt_tokens"u8) || name.SequenceEqual("promptTokens"u8))
            (usage.Input, overlaps) = (count, true);
        else if (name.SequenceEqual("completion_tokens"u8) || name.SequenceEqual("completionTokens"u8))
            (usage.Output, overlaps) = (count, true);
        else if (name.EndsWith("_tokens_details.cached_tokens"u8))
            (usage.CacheRead, overlaps) = (count, true);
        else if (name.EndsWith("_tokens_details.reasoning_tokens"u8))
            (usage.Reasoning, overlaps) = (count, true);
        else if (name.SequenceEqual("prompt_tokens_details.audio_tokens"u8))
            (usage.InputAudio, overlaps) = (count, true);
        else if (name.SequenceEqual("completion_tokens_details.audio_tokens"u8))
            (usage.OutputAudio, overlaps) = (count, true);
        else if (name.Contains((byte)'.'))
            return;
        else if (Has(name, "1h"u8))
            usage.CacheWrite1h = count;
        else if (Has(name, "5m"u8))
            usage.CacheWrite5m = count;
        else if (Has(name, "creation"u8) || Has(name, "write"u8))
            usage.CacheWrite = count;
        else if (Has(name, "cache"u8))
            usage.CacheRead = count;
        else if (Has(name, "reasoning"u8) || Has(name, "thoughts"u8))
            usage.Reasoning = count;
        else if (Has(name, "audio"u8))
            _ = name.StartsWith("output"u8) ? usage.OutputAudio = count : usage.InputAudio = count;
        else if (Has(name, "image"u8))
            _ = name.StartsWith("output"u8) ? usage.OutputImage = count : usage.InputImage = count;
    }

    private static bool Has(ReadOnlySpan<byte> name, ReadOnlySpan<byte> word) => name.IndexOf(word) >= 0;
}
