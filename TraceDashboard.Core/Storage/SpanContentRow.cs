namespace TraceDashboard.Core.Storage;

/// <summary>What is large: read only when a span is opened.</summary>
public sealed class SpanContentRow
{
    /// <summary>Stands for the trace itself where others have the id of their span: of its own input and output.</summary>
    public const string OfTrace = "";

    public long TraceNo { get; set; }

    public required string SpanId { get; set; }

    public int ContentDay { get; set; }

    public string? Input { get; set; }

    public string? Output { get; set; }

    public string? Attributes { get; set; }

    /// <summary>See <see cref="MergeStateCodec"/>; null when all keys have the version of the field.</summary>
    public string? AttributeVersions { get; set; }

    public string? Events { get; set; }

    public string? Links { get; set; }

    public string? Resource { get; set; }

    public string? Origin { get; set; }
}
