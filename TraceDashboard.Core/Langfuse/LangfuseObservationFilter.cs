using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Which observations; what is null or empty does not matter. Times are nanoseconds since the Unix epoch.</summary>
internal sealed record LangfuseObservationFilter
{
    public string? Id { get; init; }

    public string? TraceId { get; init; }

    public string? Name { get; init; }

    public string? UserId { get; init; }

    public IReadOnlyList<SpanKind> Kinds { get; init; } = [];

    public bool ErrorsOnly { get; init; }

    public string? ParentId { get; init; }

    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>Inclusive.</summary>
    public long? From { get; init; }

    /// <summary>Exclusive.</summary>
    public long? To { get; init; }

    /// <summary>Also spans whose start has not arrived yet. Lists leave them out: they go along the index of start times.</summary>
    public bool WithUnstarted { get; init; }

    /// <summary>What comes after this one in the order of <see cref="LangfuseReader.PageAsync"/>.</summary>
    public (long StartTime, string TraceId, string Id)? After { get; init; }
}
