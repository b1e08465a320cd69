using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Merge;

/// <summary>What one message brought, decoded: it is acknowledged as a whole.</summary>
/// <param name="ProjectId">The tenant all of it belongs to.</param>
public sealed record IngestBatch(int ProjectId, IReadOnlyList<SpanUpdate> Spans, IReadOnlyList<TraceUpdate> Traces)
{
    public IReadOnlyList<Score> Scores { get; init; } = [];

    /// <summary>What streamed pieces are redacted with, once those before and after them are known; null when nothing is. Everything else is redacted.</summary>
    internal IPieceRedactor? Redactor { get; init; }

    /// <summary>How many things it brings.</summary>
    public int Count => Spans.Count + Traces.Count + Scores.Count;

    /// <summary>About how many bytes of memory it takes.</summary>
    internal long Bytes => Spans.Sum(s => s.Bytes) + Traces.Sum(t => t.Bytes) + ((long)Scores.Count * VersionedUpdate.OwnBytes);
}

/// <summary>What became of a batch after the commit. All that is not listed is durable.</summary>
public sealed record IngestResult(IReadOnlyList<RejectedSpan> Rejected)
{
    public static IngestResult AllAccepted { get; } = new([]);

    /// <summary>Traces whose own fields the store refused, and why; spans that did not say them may be there.</summary>
    public IReadOnlyList<(string TraceId, string Reason)> RejectedTraces { get; init; } = [];

    /// <summary>Scores that the store refused, and why.</summary>
    public IReadOnlyList<(string ScoreId, string Reason)> RejectedScores { get; init; } = [];
}

/// <summary>A span that the store refused, and why.</summary>
public sealed record RejectedSpan(string TraceId, string SpanId, string Reason);
