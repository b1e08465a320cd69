using System.ComponentModel;

namespace TraceDashboard.Core.Search;

/// <summary>Tokens of a call, in the form of the lifecycle API: totals and their parts.</summary>
public sealed record SpanUsageResponse
{
    public long? InputTokens { get; init; }

    public long? OutputTokens { get; init; }

    public long? CacheReadTokens { get; init; }

    public long? CacheWriteTokens { get; init; }

    public long? CacheWrite1hTokens { get; init; }

    public long? ReasoningTokens { get; init; }

    public long? InputAudioTokens { get; init; }

    public long? OutputAudioTokens { get; init; }

    public long? InputImageTokens { get; init; }

    public long? OutputImageTokens { get; init; }

    [Description("All tokens; the only count when the client told no other.")]
    public long? TotalTokens { get; init; }

    [Description("Counts of what are no tokens, under the client's names.")]
    public IReadOnlyDictionary<string, long>? Other { get; init; }
}
