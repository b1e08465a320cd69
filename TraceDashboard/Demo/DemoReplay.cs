using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Demo;

/// <summary>
/// Plays traces back as they would have been sent while they ran: each span opens at its start, streams its answer piece by
/// piece, and is completed at its end; what is thought of it comes after that.
/// </summary>
internal sealed class DemoReplay
{
    private const int CharactersPerPiece = 24;

    private readonly PriorityQueue<(SpanUpdate? Span, TraceUpdate? Trace, Score? Score), long> _due = new();

    public void Add(DemoTrace trace)
    {
        foreach (var span in trace.Spans)
        {
            _due.Enqueue((Opened(span), null, null), span.StartTime!.Value);
            foreach (var piece in Pieces(span))
                _due.Enqueue((piece, null, null), piece.Version.EventTime);
            _due.Enqueue((span, null, null), span.EndTime!.Value);
        }

        _due.Enqueue((null, WithoutAnswer(trace.Update), null), trace.Start);
        _due.Enqueue((null, trace.Update, null), trace.Update.Version.EventTime);
        foreach (var score in DemoScores.Of(trace, long.MaxValue))
            _due.Enqueue((null, null, score), score.Timestamp);
    }

    /// <summary>Takes what is due by then.</summary>
    /// <param name="projectId">The project of all traces.</param>
    /// <param name="now">In nanoseconds since the Unix epoch.</param>
    public IngestBatch Take(int projectId, long now)
    {
        var spans = new List<SpanUpdate>();
        var traces = new List<TraceUpdate>();
        var scores = new List<Score>();
        while (_due.TryPeek(out var next, out var at) && at <= now)
        {
            _due.Dequeue();
            if (next.Span is not null)
                spans.Add(next.Span);
            if (next.Trace is not null)
                traces.Add(next.Trace);
            if (next.Score is not null)
                scores.Add(next.Score);
        }

        return new IngestBatch(projectId, spans, traces) { Scores = scores };
    }

    private static SpanUpdate Opened(SpanUpdate span)
    {
        var opened = Part(span, new UpdateVersion(0, span.StartTime!.Value, 0));
        opened.Name = span.Name;
        opened.Kind = span.Kind;
        opened.StartTime = span.StartTime;
        opened.ServiceName = span.ServiceName;
        if (span.ParentSpanId is not null)
            opened.ParentSpanId = span.ParentSpanId;
        if (span.Provider is not null)
            opened.Provider = span.Provider;
        if (span.RequestModel is not null)
            opened.RequestModel = span.RequestModel;
        if (span.Input is not null)
            opened.Input = span.Input;
        return opened;
    }

    private static IEnumerable<SpanUpdate> Pieces(SpanUpdate span)
    {
        if (span.FirstTokenTime is not { } first || DemoJson.AnswerText(span.Output) is not { Length: > 0 } text)
            yield break;
        var count = (text.Length + CharactersPerPiece - 1) / CharactersPerPiece;
        for (var i = 0; i < count; i++)
        {
            var at = first + ((span.EndTime!.Value - first) * i / count);
            var piece = Part(span, new UpdateVersion(1, at, i));
            piece.FirstTokenTime = first;
            piece.Streaming = true;
            var from = i * CharactersPerPiece;
            piece.Chunks = [new OutputChunk(i, text[from..Math.Min(text.Length, from + CharactersPerPiece)])];
            yield return piece;
        }
    }

    private static SpanUpdate Part(SpanUpdate span, UpdateVersion version) => new()
    {
        ProjectId = span.ProjectId,
        TraceId = span.TraceId,
        SpanId = span.SpanId,
        Version = version,
        Hash = span.Hash ^ version.GetHashCode(),
    };

    private static TraceUpdate WithoutAnswer(TraceUpdate update) => new()
    {
        ProjectId = update.ProjectId,
        TraceId = update.TraceId,
        Version = new UpdateVersion(0, update.Timestamp!.Value, 0),
        Timestamp = update.Timestamp,
        Name = update.Name,
        UserId = update.UserId,
        SessionId = update.SessionId,
        Environment = update.Environment,
        Release = update.Release,
        Tags = update.Tags,
        Metadata = update.Metadata,
        InputPreview = update.InputPreview,
    };
}
