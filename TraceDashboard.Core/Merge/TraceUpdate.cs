namespace TraceDashboard.Core.Merge;

/// <summary>
/// What one message says of the trace itself, in the same form as <see cref="SpanUpdate"/>: a Langfuse <c>trace-create</c>,
/// a call of the lifecycle API, a root span, or any span that carries trace attributes. What follows from spans is never in it.
/// </summary>
public sealed class TraceUpdate : VersionedUpdate
{
    /// <summary>Whether spans of the same batch say it: they are not kept without it.</summary>
    public bool OfSpans { get; init; }

    /// <summary>About how many bytes of memory it takes.</summary>
    internal long Bytes => OwnBytes + (Metadata?.Length ?? 0L) + (Input?.Length ?? 0L) + (Output?.Length ?? 0L);

    /// <summary>The earliest of all that were sent, in nanoseconds since the Unix epoch.</summary>
    public long? Timestamp { get; set => Set(TraceField.Timestamp, ref field, value); }

    public string? Name { get; set => Set(TraceField.Name, ref field, value); }

    public string? UserId { get; set => Set(TraceField.UserId, ref field, value); }

    public string? SessionId { get; set => Set(TraceField.SessionId, ref field, value); }

    /// <summary>The first one that was sent, by version.</summary>
    public string? Environment { get; set => Set(TraceField.Environment, ref field, value); }

    public string? Release { get; set => Set(TraceField.Release, ref field, value); }

    public string? AppVersion { get; set => Set(TraceField.Version, ref field, value); }

    /// <summary>The union of all that were sent; sorted, without repeats.</summary>
    public string[]? Tags { get; set => Set(TraceField.Tags, ref field, value is null ? null : [.. value.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]); }

    /// <summary>A JSON object, merged key path by key path.</summary>
    public byte[]? Metadata { get; set => Set(TraceField.Metadata, ref field, value); }

    /// <summary>
    /// A JSON object of what spans say of themselves and may mean of the trace: the members on which all of them agree. Stands behind <see cref="Metadata"/>.
    /// </summary>
    public byte[]? SharedMetadata { get; set => Set(TraceField.SharedMetadata, ref field, value is null ? null : JsonAgreement.Normal(value)); }

    /// <summary>The first 200 characters of what the user asked.</summary>
    public string? InputPreview { get; set => Set(TraceField.InputPreview, ref field, value); }

    /// <summary>The first 200 characters of the answer.</summary>
    public string? OutputPreview { get; set => Set(TraceField.OutputPreview, ref field, value); }

    /// <summary>What a client gave as the input of the trace itself, beside those of its spans; JSON or plain text.</summary>
    public byte[]? Input { get; set => Set(TraceField.Input, ref field, value); }

    /// <summary>What a client gave as the output of the trace itself, beside those of its spans; JSON or plain text.</summary>
    public byte[]? Output { get; set => Set(TraceField.Output, ref field, value); }

    /// <summary>Whether a client marked the trace as readable by anybody. Kept for its API; it opens nothing.</summary>
    public bool? IsPublic { get; set => Set(TraceField.IsPublic, ref field, value); }

    /// <summary>The id of the trace in a client's own system.</summary>
    public string? ExternalId { get; set => Set(TraceField.ExternalId, ref field, value); }

    public bool Has(TraceField field) => Has((int)field);

    private protected override void Clear(int field)
    {
        switch ((TraceField)field)
        {
            case TraceField.Metadata:
                Metadata = null;
                break;
            case TraceField.SharedMetadata:
                SharedMetadata = null;
                break;
            case TraceField.InputPreview:
                InputPreview = null;
                break;
            case TraceField.OutputPreview:
                OutputPreview = null;
                break;
            case TraceField.Input:
                Input = null;
                break;
            case TraceField.Output:
                Output = null;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(field), (TraceField)field, "The field is no content.");
        }
    }

    private void Set<T>(TraceField field, ref T target, T value) => Set((int)field, ref target, value);
}
