namespace TraceDashboard.Core.Api;

/// <summary>What is taken of bodies, by every endpoint. The section <c>Ingestion</c> says so.</summary>
public sealed class BodyOptions
{
    /// <summary>One caller has at most the budget through this, but never less than one largest body.</summary>
    internal const int Callers = 4;

    /// <summary>Largest body that any endpoint takes, after decompression.</summary>
    public long MaxBytes { get; set; }

    /// <summary>Bytes of requests that may be held at once.</summary>
    public long MaxBytesInFlight { get; set; }

    /// <summary>Least bytes a second that a body brings.</summary>
    public int MinBytesPerSecond { get; set; }

    /// <summary>Over how long that is measured, again and again until the body has come.</summary>
    public TimeSpan Patience { get; set; }

    /// <summary>What a sender is told to wait when there is no room.</summary>
    public TimeSpan RetryAfter { get; set; }
}
