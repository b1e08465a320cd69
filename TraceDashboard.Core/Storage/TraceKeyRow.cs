namespace TraceDashboard.Core.Storage;

/// <summary>Gives each trace its number. Its row is the lock that makes writers of one trace take turns, and its tombstone.</summary>
public sealed class TraceKeyRow
{
    public int ProjectId { get; set; }

    public required string TraceId { get; set; }

    public long TraceNo { get; set; }

    /// <summary>Set when the trace was deleted; outlives the retries of its senders.</summary>
    public long? DeletedAt { get; set; }
}
