namespace TraceDashboard.Core.Storage;

/// <summary>What a piece of upkeep did: retention, verify or rebuild.</summary>
public sealed class MaintenanceRunRow
{
    public long Id { get; set; }

    /// <summary><c>retention</c>, <c>verify</c> or <c>rebuild</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>Null when it is of the whole store.</summary>
    public int? ProjectId { get; set; }

    public long StartedAt { get; set; }

    public long UpdatedAt { get; set; }

    /// <summary>Null while it runs, and when it was broken off: then it goes on from <see cref="Position"/>.</summary>
    public long? FinishedAt { get; set; }

    /// <summary>The last number of a trace that it is done with.</summary>
    public long Position { get; set; }

    /// <summary>Traces that were deleted, or looked at.</summary>
    public long Traces { get; set; }

    /// <summary>Spans whose contents were deleted, or that were looked at.</summary>
    public long Spans { get; set; }

    /// <summary>Bytes that were given back to the disk.</summary>
    public long Bytes { get; set; }

    /// <summary>Traces, and quarters of an hour of the charts, that were not as their spans say.</summary>
    public long Differences { get; set; }

    /// <summary>Why it failed, or the first differences, one a line; null when there is nothing to tell.</summary>
    public string? Details { get; set; }
}
