using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Search;

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
