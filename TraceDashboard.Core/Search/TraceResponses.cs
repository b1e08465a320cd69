using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Search;

/// <summary>A list of traces.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="NextCursor">Where the next page begins; null on the last one.</param>
public sealed record TraceListResponse(
    [property: Description("Newest first.")] IReadOnlyList<TraceListEntry> Items,
    [property: Description("The cursor of the next page; null on the last one.")] string? NextCursor);

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

/// <summary>What the scores of one name come to.</summary>
public sealed record ScoreAverageResponse(
    string Name,
    [property: Description("numeric, boolean or categorical.")] string DataType,
    [property: Description("How many scores they are.")] int Count,
    [property: Description("The mean of numbers, of booleans the share that is true; null for categories.")] double? Mean,
    [property: Description("The most frequent category; null for numbers and booleans.")] string? Category);

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

/// <summary>One span.</summary>
public sealed record SpanResponse
{
    public required string SpanId { get; init; }

    public string? ParentSpanId { get; init; }

    public string? Name { get; init; }

    public required string Kind { get; init; }

    public required string Status { get; init; }

    public SpanErrorResponse? Error { get; init; }

    public string? StartTime { get; init; }

    [Description("Null while the span is open.")]
    public string? EndTime { get; init; }

    public string? FirstTokenAt { get; init; }

    [Description("Whether nobody said when the first token came, so that firstTokenAt is when the first piece of the answer arrived here.")]
    public bool FirstTokenMeasured { get; init; }

    public string? ModelProvider { get; init; }

    public string? Model { get; init; }

    public string? ResponseModel { get; init; }

    public string? ResponseId { get; init; }

    public string? ServiceTier { get; init; }

    public bool? Streaming { get; init; }

    public SpanUsageResponse? Usage { get; init; }

    public required SpanCostResponse Cost { get; init; }

    [Description("True while log records have told its input or output and the span itself has not come; otherwise left out.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OnlyLogs { get; init; }

    [Description("Whether its tokens and cost are part of the trace's: agents and calls that are seen twice are not.")]
    public bool Counted { get; init; }

    public string? FinishReason { get; init; }

    public string? ToolName { get; init; }

    public string? ToolCallId { get; init; }

    public string? AgentName { get; init; }

    public string? PromptId { get; init; }

    public string? PromptVersion { get; init; }

    [Description("JSON, or a text.")]
    public JsonElement? Input { get; init; }

    [Description("JSON, or a text. While only pieces have come, these in their order.")]
    public JsonElement? Output { get; init; }

    public JsonElement? Attributes { get; init; }

    public required IReadOnlyList<SpanEventResponse> Events { get; init; }

    [Description("Spans elsewhere that this one has to do with.")]
    public required IReadOnlyList<SpanLinkResponse> Links { get; init; }
}

/// <summary>What went wrong in a span.</summary>
public sealed record SpanErrorResponse(string? Type, string? Message);

/// <summary>A moment within a span.</summary>
public sealed record SpanEventResponse(string? Name, string? Time, JsonElement? Attributes);

/// <summary>Another span, of this trace or of another.</summary>
public sealed record SpanLinkResponse(string? TraceId, string? SpanId, JsonElement? Attributes);

/// <summary>USD, and where the amount came from: reported, computed or unknown.</summary>
public sealed record SpanCostResponse(
    decimal? Amount,
    [property: Description("reported (by the client), computed (tokens times price), refused (the call failed before it was answered, and cost nothing) or unknown.")] string Source,
    [property: Description("The price that was used: version/provider/model of the catalogue, or own/price/version.")] string? PriceKey);

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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 512)]
[JsonSerializable(typeof(TraceListResponse))]
[JsonSerializable(typeof(TraceResponse))]
[JsonSerializable(typeof(string))]
internal sealed partial class TraceJson : JsonSerializerContext;
