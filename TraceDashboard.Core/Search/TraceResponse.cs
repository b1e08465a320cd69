using System.ComponentModel;
using System.Text.Json;

namespace TraceDashboard.Core.Search;

/// <summary>One trace with its spans. Numbers that are not known are null, never 0.</summary>
public sealed record TraceResponse : TraceListEntry
{
    [Description("Null while a span is open.")]
    public string? EndTime { get; init; }

    [Description("Model calls; a call that is reported twice is counted once.")]
    public int ModelCalls { get; init; }

    [Description("Input tokens that were read from a cache.")]
    public long? CachedTokens { get; init; }

    [Description("All models that were called.")]
    public required IReadOnlyList<string> Models { get; init; }

    public string? Release { get; init; }

    public string? Version { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public JsonElement? Metadata { get; init; }

    [Description("By start time; at most 1000.")]
    public required IReadOnlyList<SpanResponse> Spans { get; init; }

    [Description("The spanCursor of the next spans; null when these are the last.")]
    public string? NextSpanCursor { get; init; }
}
