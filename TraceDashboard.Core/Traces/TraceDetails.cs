namespace TraceDashboard.Core.Traces;

/// <summary>The summary of one trace, as its page and the API show it.</summary>
public sealed record TraceDetails
{
    public required int ProjectId { get; init; }

    public required long TraceNo { get; init; }

    public required string TraceId { get; init; }

    public string? Name { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    /// <summary>Whether it claims to start more than a day after it came.</summary>
    public bool IsDatedAhead { get; init; }

    /// <summary>Null while a span is open.</summary>
    public DateTimeOffset? EndTime { get; init; }

    public required DateTimeOffset LastActivity { get; init; }

    public required SpanStatus Status { get; init; }

    public required TraceActivity Activity { get; init; }

    public int SpanCount { get; init; }

    public int ErrorCount { get; init; }

    public int ModelCalls { get; init; }

    public int UnpricedCalls { get; init; }

    public long? TokensIn { get; init; }

    public long? TokensCached { get; init; }

    public long? TokensOut { get; init; }

    /// <summary>Of calls of which only the total is known.</summary>
    public long? TokensUnsplit { get; init; }

    /// <summary>All of them; null when none is known.</summary>
    public long? TokensTotal => TokenUsage.Sum(TokensIn, TokensOut, TokensUnsplit);

    public decimal? Cost { get; init; }

    public TimeSpan? Ttft { get; init; }

    public IReadOnlyList<string> Models { get; init; } = [];

    public string? UserId { get; init; }

    public string? SessionId { get; init; }

    public required string Environment { get; init; }

    public string? Release { get; init; }

    public string? AppVersion { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public string? InputPreview { get; init; }

    public string? OutputPreview { get; init; }

    /// <summary>A JSON object; null when there is none.</summary>
    public string? MetadataJson { get; init; }

    /// <summary>Grows with every change of the trace.</summary>
    public required long Version { get; init; }
}
