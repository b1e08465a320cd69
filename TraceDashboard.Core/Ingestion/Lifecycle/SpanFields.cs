using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

// The bodies of the lifecycle API. Times, kinds and states are texts here: what is wrong with them is told field by field.

/// <summary>What can be said of one span.</summary>
public abstract class SpanFields
{
    [Description("Id of the span, up to 800 characters and 1200 bytes of UTF-8. Start, update and complete address the root span of the trace when it is absent.")]
    [MaxLength(Ids.MaxLength)]
    public string? SpanId { get; set; }

    [Description("Id of the span that this one is part of. Child spans default to the span that the call addresses.")]
    [MaxLength(Ids.MaxLength)]
    public string? ParentSpanId { get; set; }

    [Description("What the step is called. The trace is named after its root span.")]
    public string? Name { get; set; }

    [Description("What the step does. Default: generation when a model or usage is given, else span.")]
    [AllowedValues("span", "generation", "embedding", "tool", "retriever", "reranker", "agent", "chain", "guardrail", "evaluator", "event")]
    public string? Kind { get; set; }

    [Description("When the step began (ISO 8601). Of several, the earliest stays. Default for start: timestamp.")]
    [DataType(DataType.DateTime)]
    public string? StartTime { get; set; }

    [Description("When the step ended (ISO 8601). Default for complete: timestamp. A span without it is open.")]
    [DataType(DataType.DateTime)]
    public string? EndTime { get; set; }

    [Description("When the first content of a streamed answer arrived (ISO 8601). Time to first token is unknown without it.")]
    [DataType(DataType.DateTime)]
    public string? FirstTokenAt { get; set; }

    [Description("Who runs the model, in OpenTelemetry's words: openai, anthropic, aws.bedrock, azure.ai.openai, gcp.vertex_ai …")]
    public string? ModelProvider { get; set; }

    [Description("The model that was asked for.")]
    public string? Model { get; set; }

    [Description("The model that answered, when it is known more exactly.")]
    public string? ResponseModel { get; set; }

    [Description("The provider's id of the answer. The same call reported twice is counted once by it.")]
    public string? ResponseId { get; set; }

    [Description("The provider's service tier (standard, batch, priority …), which may change the price.")]
    public string? ServiceTier { get; set; }

    [Description("Whether the answer was streamed.")]
    public bool? Streaming { get; set; }

    [Description("What went in: a text, or any JSON such as a list of messages.")]
    public JsonRange? Input { get; set; }

    [Description("What came out: a text, or any JSON. Given, it stands instead of the streamed pieces.")]
    public JsonRange? Output { get; set; }

    [Description("Tokens used so far.")]
    public LifecycleUsage? Usage { get; set; }

    [Description("What the call cost in USD, when the sender knows it. Without it, the cost is computed from usage and the price of the model.")]
    [Range(0, 9_000_000)]
    public decimal? Cost { get; set; }

    [Description("The outcome. Default for complete: ok, or error when an error is given.")]
    [AllowedValues("unset", "ok", "error")]
    public string? Status { get; set; }

    [Description("What went wrong: a text, or an object with type and message. Sets the status to error.")]
    public JsonRange? Error { get; set; }

    [Description("Why the model stopped: stop, length, tool_calls, content_filter …")]
    public string? FinishReason { get; set; }

    [Description("Name of the tool that was called.")]
    public string? ToolName { get; set; }

    [Description("The model's id of the tool call.")]
    public string? ToolCallId { get; set; }

    [Description("Name of the agent that acted.")]
    public string? AgentName { get; set; }

    [Description("Which prompt was used.")]
    public string? PromptId { get; set; }

    [Description("Which version of the prompt was used.")]
    public string? PromptVersion { get; set; }

    [Description("Anything else about the span, as a JSON object. Merged key by key.")]
    public JsonRange? Attributes { get; set; }

    [Description("Moments within the span. Each is kept once.")]
    public List<LifecycleEvent>? Events { get; set; }
}
