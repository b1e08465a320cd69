using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>Which scores; what is null or empty does not matter. Times are nanoseconds since the Unix epoch.</summary>
public sealed record ScoreFilter
{
    public IReadOnlyList<string> Ids { get; init; } = [];

    public string? TraceId { get; init; }

    public IReadOnlyList<string> SpanIds { get; init; } = [];

    public string? SessionId { get; init; }

    public string? Name { get; init; }

    public string? UserId { get; init; }

    /// <summary>The trace has all of them.</summary>
    public IReadOnlyList<string> TraceTags { get; init; } = [];

    public IReadOnlyList<string> Environments { get; init; } = [];

    public string? ConfigId { get; init; }

    public ScoreSource? Source { get; init; }

    public ScoreDataType? DataType { get; init; }

    /// <summary>Inclusive.</summary>
    public long? From { get; init; }

    /// <summary>Exclusive.</summary>
    public long? To { get; init; }

    /// <summary>One of <c>&gt; &gt;= &lt; &lt;= = !=</c>, with <see cref="Value"/>.</summary>
    public string? Operator { get; init; }

    public double? Value { get; init; }
}
