namespace TraceDashboard.Core.Traces;

/// <summary>The outcome of a span or trace (OTel trace API status codes). "Running" and "abandoned" are derived, see <see cref="TraceActivity"/>.</summary>
public enum SpanStatus : byte
{
    Unset = 0,
    Ok = 1,
    Error = 2,
}

/// <summary>Whether a trace still grows. Never stored: it depends on the clock.</summary>
public enum TraceActivity
{
    /// <summary>No span is open.</summary>
    Finished,

    /// <summary>At least one span is open and something arrived lately.</summary>
    Running,

    /// <summary>At least one span is open, but nothing has arrived for <c>Live:AbandonedAfter</c>.</summary>
    Abandoned,
}
