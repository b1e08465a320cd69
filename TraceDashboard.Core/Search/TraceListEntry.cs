using System.ComponentModel;

namespace TraceDashboard.Core.Search;

/// <summary>What a list shows of a trace. Numbers that are not known are null, never 0.</summary>
public record TraceListEntry
{
    public required string TraceId { get; init; }

    public string? Name { get; init; }

    public required string StartTime { get; init; }

    [Description("Whether it claims to start more than a day after it came: lists order and find it by that moment, not by startTime.")]
    public bool DatedAhead { get; init; }

    [Description("ok, error or unset.")]
    public required string Status { get; init; }

    [Description("finished, running (a span is open), or abandoned (open, but silent for too long).")]
    public required string Activity { get; init; }

    [Description("From the start to the end of the last span; null while a span is open.")]
    public double? LatencyMs { get; init; }

    [Description("Time to first token of the first call that streamed.")]
    public double? TtftMs { get; init; }

    public int SpanCount { get; init; }

    public int ErrorCount { get; init; }

    [Description("The model that cost most.")]
    public string? Model { get; init; }

    [Description("Cached tokens included.")]
    public long? InputTokens { get; init; }

    [Description("Reasoning tokens included.")]
    public long? OutputTokens { get; init; }

    [Description("Input, output, and those of calls of which only the total is known.")]
    public long? TotalTokens { get; init; }

    [Description("USD. A lower bound when unpricedCalls is not 0.")]
    public decimal? Cost { get; init; }

    [Description("Model calls whose cost is not known.")]
    public int UnpricedCalls { get; init; }

    public string? UserId { get; init; }

    public string? SessionId { get; init; }

    public required string Environment { get; init; }

    [Description("The first 200 characters of what the user asked.")]
    public string? InputPreview { get; init; }

    [Description("What the scores of the trace and of its spans come to, by name.")]
    public IReadOnlyList<ScoreAverageResponse> Scores { get; init; } = [];
}
