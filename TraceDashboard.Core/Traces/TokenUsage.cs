using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces;

/// <summary>
/// Tokens of one model call in disjoint buckets: no token is in two of them, so every total is a sum.
/// A bucket is null when it is unknown, which is not the same as zero.
/// </summary>
public sealed record TokenUsage
{
    /// <summary>Text input that was neither read from nor written to a cache.</summary>
    public long? Input { get; init; }

    public long? CacheRead { get; init; }

    /// <summary>Written to a cache with the provider's short lifetime (5 minutes for Anthropic).</summary>
    public long? CacheWrite5m { get; init; }

    /// <summary>Written to a cache with a lifetime of one hour.</summary>
    public long? CacheWrite1h { get; init; }

    /// <summary>Visible output, without reasoning.</summary>
    public long? Output { get; init; }

    public long? Reasoning { get; init; }

    public long? InputAudio { get; init; }

    public long? OutputAudio { get; init; }

    public long? InputImage { get; init; }

    public long? OutputImage { get; init; }

    /// <summary>Tokens of which nothing but the total is known; null when any of input or output is.</summary>
    public long? Unsplit { get; init; }

    /// <summary>Counts of what are no tokens, by the client's names: a JSON object in the order of its keys; null when there are none.</summary>
    public string? Other { get; init; }

    /// <summary>How the client's numbers were turned into these buckets.</summary>
    public UsageRule Rule { get; init; }

    /// <summary>All input buckets together; null when none is known.</summary>
    public long? InputTotal => Sum(Input, CacheRead, CacheWrite5m, CacheWrite1h, InputAudio, InputImage);

    /// <summary>All output buckets together; null when none is known.</summary>
    public long? OutputTotal => Sum(Output, Reasoning, OutputAudio, OutputImage);

    public long? Total => Sum(InputTotal, OutputTotal, Unsplit);

    /// <summary>Null when none is known.</summary>
    internal static long? Sum(params ReadOnlySpan<long?> buckets)
    {
        long? sum = null;
        foreach (var bucket in buckets)
        {
            if (bucket is { } value)
                sum = Saturating.Add(sum ?? 0, value);
        }

        return sum;
    }
}

/// <summary>How reported token counts were read. Stored with the span, shown in its ledger.</summary>
public enum UsageRule : byte
{
    /// <summary>The client sent disjoint buckets.</summary>
    Disjoint = 0,

    /// <summary>The reported input includes cached tokens and the output includes reasoning (OTel GenAI semconv 1.41).</summary>
    InputIncludesCache = 1,

    /// <summary>The reported input excludes cached tokens (the shape of Anthropic's API).</summary>
    InputExcludesCache = 2,
}
