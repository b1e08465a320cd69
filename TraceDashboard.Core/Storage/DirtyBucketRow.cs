namespace TraceDashboard.Core.Storage;

/// <summary>A minute whose rollups no longer match its spans. Appended by writers, consumed up to a generation by the refresher.</summary>
public sealed class DirtyBucketRow
{
    public long Generation { get; set; }

    public int ProjectId { get; set; }

    /// <summary>Start of the minute, in seconds since the Unix epoch.</summary>
    public long Bucket { get; set; }
}
