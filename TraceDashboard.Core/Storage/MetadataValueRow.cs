namespace TraceDashboard.Core.Storage;

/// <summary>A leaf of a trace's metadata, for filters and facets.</summary>
public sealed class MetadataValueRow
{
    public long TraceNo { get; set; }

    public required string Key { get; set; }

    public int ProjectId { get; set; }

    public required string Value { get; set; }
}
