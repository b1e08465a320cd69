namespace TraceDashboard.Core.Storage;

/// <summary>Spans that are priced again, because a price of theirs was corrected, and how far that is.</summary>
public sealed class RepricingRow
{
    public long Id { get; set; }

    public int ProjectId { get; set; }

    /// <summary>The price that was corrected.</summary>
    public required string PriceId { get; set; }

    /// <summary>Spans that started then or later; null from ever.</summary>
    public long? FromTime { get; set; }

    /// <summary>Exclusive; null for ever.</summary>
    public long? ToTime { get; set; }

    public long CreatedAt { get; set; }

    public long? StartedAt { get; set; }

    public long? FinishedAt { get; set; }

    /// <summary>Grows with every slice, so that of two that go on from the same slice only one gets ahead.</summary>
    public long Step { get; set; }

    /// <summary>Start of the last span that was looked at; null while those without a start are.</summary>
    public long? CursorTime { get; set; }

    /// <summary>Number of its trace; 0 before the first.</summary>
    public long CursorTraceNo { get; set; }

    public string CursorSpanId { get; set; } = "";

    /// <summary>Spans that were looked at.</summary>
    public long Done { get; set; }

    /// <summary>About how many there were to look at when it began.</summary>
    public long About { get; set; }

    /// <summary>Spans whose cost is another now.</summary>
    public long Changed { get; set; }

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? Error { get; set; }
}
