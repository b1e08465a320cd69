namespace TraceDashboard.Core.Storage;

/// <summary>A score, see <see cref="Traces.Score"/>. A deleted one stays as its tombstone, without its content.</summary>
public sealed class ScoreRow
{
    public int ProjectId { get; set; }

    public required string Id { get; set; }

    /// <summary>Null for the score of a session.</summary>
    public long? TraceNo { get; set; }

    public string? TraceId { get; set; }

    public string? SpanId { get; set; }

    public string? SessionId { get; set; }

    public required string Name { get; set; }

    /// <summary><see cref="Traces.ScoreDataType"/>.</summary>
    public short DataType { get; set; }

    public double? Value { get; set; }

    public string? StringValue { get; set; }

    /// <summary><see cref="Traces.ScoreSource"/>.</summary>
    public short Source { get; set; }

    public string? Comment { get; set; }

    public string? Metadata { get; set; }

    public string? Author { get; set; }

    public required string Environment { get; set; }

    public string? ConfigId { get; set; }

    public long Timestamp { get; set; }

    /// <summary>When this version arrived.</summary>
    public long ReceivedAt { get; set; }

    public long VersionTime { get; set; }

    public long VersionHash { get; set; }

    /// <summary>Set when it was deleted; a later version brings it back, a repeat of what was deleted does not.</summary>
    public long? DeletedAt { get; set; }
}
