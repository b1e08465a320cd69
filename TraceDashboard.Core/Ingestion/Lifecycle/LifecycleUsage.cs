using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>
/// Tokens of one model call. Totals include their parts: input includes what was read from and written to a cache, audio
/// and images; output includes reasoning and audio. A count that is absent is unknown, which is not zero.
/// </summary>
public sealed class LifecycleUsage
{
    [Description("All input tokens, cached ones included (see inputExcludesCache).")]
    [Range(0, long.MaxValue)]
    public long? InputTokens { get; set; }

    [Description("All output tokens, reasoning included.")]
    [Range(0, long.MaxValue)]
    public long? OutputTokens { get; set; }

    [Description("Input tokens that were read from a cache.")]
    [Range(0, long.MaxValue)]
    public long? CacheReadTokens { get; set; }

    [Description("Input tokens that were written to a cache, whatever its lifetime.")]
    [Range(0, long.MaxValue)]
    public long? CacheWriteTokens { get; set; }

    [Description("Those of cacheWriteTokens that were written for an hour.")]
    [Range(0, long.MaxValue)]
    public long? CacheWrite1hTokens { get; set; }

    [Description("Output tokens that were spent on reasoning.")]
    [Range(0, long.MaxValue)]
    public long? ReasoningTokens { get; set; }

    [Description("Input tokens of audio.")]
    [Range(0, long.MaxValue)]
    public long? InputAudioTokens { get; set; }

    [Description("Output tokens of audio.")]
    [Range(0, long.MaxValue)]
    public long? OutputAudioTokens { get; set; }

    [Description("Input tokens of images.")]
    [Range(0, long.MaxValue)]
    public long? InputImageTokens { get; set; }

    [Description("Output tokens of images.")]
    [Range(0, long.MaxValue)]
    public long? OutputImageTokens { get; set; }

    [Description("All tokens, of a call of which no other count is known. Without knowing what is input and what is output its cost is unknown.")]
    [Range(0, long.MaxValue)]
    public long? TotalTokens { get; set; }

    [Description("Whether inputTokens leaves out what was read from and written to a cache, as in Anthropic's API. Default: false.")]
    public bool? InputExcludesCache { get; set; }
}
