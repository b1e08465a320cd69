namespace TraceDashboard.Core.Storage;

/// <summary>A piece of streamed output.</summary>
public sealed class SpanChunkRow
{
    public long TraceNo { get; set; }

    public required string SpanId { get; set; }

    public long Sequence { get; set; }

    public required string Text { get; set; }
}
