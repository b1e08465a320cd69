namespace TraceDashboard.Core.Langfuse;

/// <summary>Which traces; what is null or empty does not matter. Times are nanoseconds since the Unix epoch.</summary>
internal sealed record LangfuseTraceFilter
{
    public string? UserId { get; init; }

    public string? Name { get; init; }

    public string? SessionId { get; init; }

    /// <summary>Inclusive.</summary>
    public long? From { get; init; }

    /// <summary>Exclusive.</summary>
    public long? To { get; init; }

    /// <summary>The trace has all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public string? Version { get; init; }

    public string? Release { get; init; }

    public IReadOnlyList<string> Environments { get; init; } = [];
}
