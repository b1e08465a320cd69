namespace TraceDashboard.Core.Storage;

/// <summary>Where a file is used.</summary>
public sealed class MediaLinkRow
{
    public int ProjectId { get; set; }

    public long TraceNo { get; set; }

    /// <summary>Empty for the trace itself, because it is part of the key.</summary>
    public required string SpanId { get; set; }

    /// <summary><c>input</c>, <c>output</c> or <c>metadata</c>.</summary>
    public required string Field { get; set; }

    public required string MediaId { get; set; }
}
