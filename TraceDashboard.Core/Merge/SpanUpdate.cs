using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Merge;

/// <summary>
/// What one message says of one span: its identity, a version, and the fields that it sets. A field that is not in
/// <see cref="VersionedUpdate.Fields"/> stays as it is; one that is in it with a null value is cleared.
/// A stored span has the same shape: it is the join of all its updates (<see cref="SpanMerge"/>).
/// Times are nanoseconds since the Unix epoch; texts are UTF-8 without NUL and without lone surrogates.
/// </summary>
public sealed class SpanUpdate : VersionedUpdate
{
    public required string SpanId { get; init; }

    /// <summary>Identifies the message, so that an exact repeat can be told without reading what is stored.</summary>
    public long Hash { get; set; }

    /// <summary>Streamed output, in any order; null when there is none.</summary>
    public List<OutputChunk>? Chunks { get; set; }

    /// <summary>About how many bytes of memory it takes.</summary>
    internal long Bytes =>
        OwnBytes + (Chunks?.Sum(c => 2L * c.Text.Length) ?? 0L) + (Input?.Length ?? 0L) + (Output?.Length ?? 0L) + (Attributes?.Length ?? 0L) + (Events?.Length ?? 0L) + (Links?.Length ?? 0L) + (Origin?.Length ?? 0L);

    public string? ParentSpanId { get; set => Set(SpanField.ParentSpanId, ref field, value); }

    public string? Name { get; set => Set(SpanField.Name, ref field, value); }

    public SpanKind? Kind { get; set => Set(SpanField.Kind, ref field, value); }

    public SpanStatus? Status { get; set => Set(SpanField.Status, ref field, value); }

    public string? StatusMessage { get; set => Set(SpanField.StatusMessage, ref field, value); }

    public string? ErrorType { get; set => Set(SpanField.ErrorType, ref field, value); }

    /// <summary>The earliest of all that were sent.</summary>
    public long? StartTime { get; set => Set(SpanField.StartTime, ref field, value); }

    public long? EndTime { get; set => Set(SpanField.EndTime, ref field, value); }

    /// <summary>When the first content of a streamed answer arrived; null when the call did not stream.</summary>
    public long? FirstTokenTime { get; set => Set(SpanField.FirstTokenTime, ref field, value); }

    /// <summary>OTel GenAI semconv 1.41 <c>gen_ai.provider.name</c>, predecessors normalised.</summary>
    public string? Provider { get; set => Set(SpanField.Provider, ref field, value); }

    public string? RequestModel { get; set => Set(SpanField.RequestModel, ref field, value); }

    public string? ResponseModel { get; set => Set(SpanField.ResponseModel, ref field, value); }

    public string? ResponseId { get; set => Set(SpanField.ResponseId, ref field, value); }

    public TokenUsage? Usage { get; set => Set(SpanField.Usage, ref field, value); }

    /// <summary>USD, as sent by the client.</summary>
    public decimal? ReportedCost { get; set => Set(SpanField.ReportedCost, ref field, value); }

    public bool? Streaming { get; set => Set(SpanField.Streaming, ref field, value); }

    /// <summary>Finish reasons of the choices, joined with a comma.</summary>
    public string? FinishReason { get; set => Set(SpanField.FinishReason, ref field, value); }

    public string? ServiceTier { get; set => Set(SpanField.ServiceTier, ref field, value); }

    public string? ToolName { get; set => Set(SpanField.ToolName, ref field, value); }

    public string? ToolCallId { get; set => Set(SpanField.ToolCallId, ref field, value); }

    public string? AgentName { get; set => Set(SpanField.AgentName, ref field, value); }

    public string? PromptName { get; set => Set(SpanField.PromptName, ref field, value); }

    public string? PromptVersion { get; set => Set(SpanField.PromptVersion, ref field, value); }

    public string? ServiceName { get; set => Set(SpanField.ServiceName, ref field, value); }

    /// <summary>JSON or plain text, as it came.</summary>
    public byte[]? Input { get; set => Set(SpanField.Input, ref field, value); }

    /// <summary>JSON or plain text, as it came. When it is set, streamed chunks no longer matter.</summary>
    public byte[]? Output { get; set => Set(SpanField.Output, ref field, value); }

    /// <summary>A JSON object, merged key by key.</summary>
    public byte[]? Attributes { get; set => Set(SpanField.Attributes, ref field, value); }

    /// <summary>A JSON array of objects <c>{timeUnixNano, name, attributes}</c>; the union of all that were sent.</summary>
    public byte[]? Events { get; set => Set(SpanField.Events, ref field, value); }

    /// <summary>A JSON array of objects <c>{traceId, spanId, attributes}</c>; the union of all that were sent.</summary>
    public byte[]? Links { get; set => Set(SpanField.Links, ref field, value); }

    /// <summary>OTel resource attributes, a JSON object.</summary>
    public byte[]? Resource { get; set => Set(SpanField.Resource, ref field, value); }

    /// <summary>Protocol, instrumentation scope, OTel kind, mapping version and what else is needed to map the attributes again; a JSON object.</summary>
    public byte[]? Origin { get; set => Set(SpanField.Origin, ref field, value); }

    public bool Has(SpanField field) => Has((int)field);

    private protected override void Clear(int field)
    {
        switch ((SpanField)field)
        {
            case SpanField.StatusMessage:
                StatusMessage = null;
                break;
            case SpanField.Input:
                Input = null;
                break;
            case SpanField.Output:
                Output = null;
                break;
            case SpanField.Attributes:
                Attributes = null;
                break;
            case SpanField.Events:
                Events = null;
                break;
            case SpanField.Links:
                Links = null;
                break;
            case SpanField.Resource:
                Resource = null;
                break;
            case SpanField.Origin:
                Origin = null;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field), (SpanField)field, "The field is no content.");
        }
    }

    private void Set<T>(SpanField field, ref T target, T value) => Set((int)field, ref target, value);
}

/// <summary>A piece of streamed output. Pieces are ordered by sequence; of two with the same one, the greater text stays.</summary>
public readonly record struct OutputChunk(long Sequence, string Text);
