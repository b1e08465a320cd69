using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
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

/// <summary>A span and the trace that it is part of.</summary>
public abstract class TraceContext : SpanFields
{
    [Description("When this was said (ISO 8601 with offset, up to nanoseconds). It orders calls that speak of the same field; without it they are ordered by arrival.")]
    [DataType(DataType.DateTime)]
    public string? Timestamp { get; set; }

    [Description("Orders calls of the same timestamp, and numbers the pieces of streamed output: 0, 1, 2 …")]
    [Range(0, long.MaxValue)]
    public long? Sequence { get; set; }

    [Description("Who the trace is for.")]
    public string? UserId { get; set; }

    [Description("Which conversation the trace belongs to.")]
    public string? SessionId { get; set; }

    [Description("Where it ran: production, staging … The first one that is sent stays.")]
    public string? Environment { get; set; }

    [Description("Which release of the application ran.")]
    public string? Release { get; set; }

    [Description("Which version of the workflow ran.")]
    public string? Version { get; set; }

    [Description("Labels. Those of all calls are kept.")]
    public List<string>? Tags { get; set; }

    [Description("Anything else about the trace, as a JSON object. Merged key by key.")]
    public JsonRange? Metadata { get; set; }
}

/// <summary>Begins a trace, or a span in it.</summary>
public sealed class StartTraceRequest : TraceContext
{
    [Description("Id of the trace, up to 800 characters and 1200 bytes of UTF-8. Default: that of the traceparent header, or one that follows from the Idempotency-Key header, or a new one.")]
    [MaxLength(Ids.MaxLength)]
    public string? TraceId { get; set; }
}

/// <summary>What has happened since.</summary>
public abstract class TraceProgress : TraceContext
{
    [Description("The next piece of streamed output. Its place is given by sequence, so pieces may arrive in any order and more than once.")]
    [DataType(DataType.Text)]
    public JsonRange? OutputDelta { get; set; }

    [Description("Steps within the addressed span, open or ended. Sent again with the same spanId, they are completed.")]
    public List<LifecycleSpan>? Spans { get; set; }
}

/// <summary>Progress of a trace, or of a span in it.</summary>
public sealed class UpdateTraceRequest : TraceProgress;

/// <summary>The end of a trace, or of a span in it.</summary>
public sealed class CompleteTraceRequest : TraceProgress;

/// <summary>A step within the span that the call addresses.</summary>
public sealed class LifecycleSpan : SpanFields;

/// <summary>A moment within a span.</summary>
public sealed class LifecycleEvent
{
    [Description("What happened.")]
    [Required]
    public string? Name { get; set; }

    [Description("When it happened (ISO 8601). Default: the call's timestamp.")]
    [DataType(DataType.DateTime)]
    public string? Time { get; set; }

    [Description("Anything else about it, as a JSON object.")]
    public JsonRange? Attributes { get; set; }
}

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

/// <summary>Which span a call was about.</summary>
/// <param name="TraceId">Names the trace in later calls.</param>
/// <param name="SpanId">The span that was addressed.</param>
/// <param name="Traceparent">W3C trace context to pass on to what is called next; null when the ids are not those of W3C.</param>
public sealed record TraceHandle(
    [property: Description("Names the trace in later calls.")] string TraceId,
    [property: Description("The span that was addressed.")] string SpanId,
    [property: Description("W3C trace context to pass on to what is called next, also sent as a header; null when the ids are not those of W3C.")] string? Traceparent);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = MaxDepth,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StartTraceRequest))]
[JsonSerializable(typeof(UpdateTraceRequest))]
[JsonSerializable(typeof(CompleteTraceRequest))]
[JsonSerializable(typeof(TraceHandle))]
internal sealed partial class LifecycleJson : JsonSerializerContext
{
    /// <summary>How deep a body may nest.</summary>
    public const int MaxDepth = JsonMembers.MaxDepth;

    /// <summary>Reads texts as far as they can be kept.</summary>
    public static LifecycleJson Of(IngestionOptions limits) => new(new JsonSerializerOptions(Default.Options)
    {
        Converters = { new ShortTextConverter(Math.Max(limits.MaxNameLength, Ids.MaxLength)) },
    });
}
