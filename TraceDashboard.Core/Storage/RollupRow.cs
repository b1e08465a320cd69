namespace TraceDashboard.Core.Storage;

/// <summary>Counts, sums and a latency sketch of one time bucket and one set of dimensions.</summary>
public sealed class RollupRow
{
    public int ProjectId { get; set; }

    /// <summary>Start of the bucket, in seconds since the Unix epoch.</summary>
    public long Bucket { get; set; }

    /// <summary>Length of the bucket in seconds: 60 or 900.</summary>
    public int Seconds { get; set; }

    public required string Environment { get; set; }

    /// <summary><see cref="Traces.SpanKind"/>, or -1 for the row that counts whole traces.</summary>
    public short Kind { get; set; }

    /// <summary>Empty when unknown, because it is part of the key.</summary>
    public required string Provider { get; set; }

    public required string Model { get; set; }

    public required string TraceName { get; set; }

    public long Count { get; set; }

    public long Errors { get; set; }

    /// <summary>Counted model calls; a call seen twice is counted once.</summary>
    public long Calls { get; set; }

    public long Unpriced { get; set; }

    public long TokensIn { get; set; }

    public long TokensCached { get; set; }

    public long TokensOut { get; set; }

    public long Cost { get; set; }

    /// <summary>DDSketch of durations, see <c>LatencySketch</c>.</summary>
    public byte[]? Latency { get; set; }

    public byte[]? Ttft { get; set; }
}
