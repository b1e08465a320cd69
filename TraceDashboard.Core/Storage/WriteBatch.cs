using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>What a transaction brings of one trace, joined.</summary>
internal sealed class TraceWrite(int projectId, string traceId)
{
    public int ProjectId { get; } = projectId;

    public string TraceId { get; } = traceId;

    /// <summary>See <see cref="IngestBatch.Redactor"/>.</summary>
    public IPieceRedactor? Redactor { get; set; }

    public TraceUpdate? Own { get; private set; }

    public Dictionary<string, SpanUpdate> Spans { get; } = new(StringComparer.Ordinal);

    public void Add(TraceUpdate update)
    {
        if (Own is null)
        {
            Own = update;
            return;
        }

        // The senders' updates stay as they came, because a refused batch is written again sender by sender.
        var joined = new TraceUpdate { ProjectId = ProjectId, TraceId = TraceId, Version = default };
        TraceMerge.Join(joined, Own);
        TraceMerge.Join(joined, update);
        Own = joined;
    }

    public void Add(SpanUpdate update)
    {
        Normalise(update);
        if (!Spans.TryGetValue(update.SpanId, out var current))
        {
            Spans[update.SpanId] = update;
            return;
        }

        var joined = new SpanUpdate { ProjectId = ProjectId, TraceId = TraceId, SpanId = update.SpanId, Version = default, Hash = current.Hash };
        SpanMerge.Join(joined, current);
        SpanMerge.Join(joined, update);
        Spans[update.SpanId] = joined;
    }

    /// <summary>Gives values the form in which they are stored, because a merge must not see two forms of one value.</summary>
    private static void Normalise(SpanUpdate update)
    {
        if (update.Has(SpanField.Kind))
            update.Kind ??= SpanKind.Span;
        if (update.Has(SpanField.Status))
            update.Status ??= SpanStatus.Unset;
        if (update.ReportedCost is { } usd)
            update.ReportedCost = PicoDollars.ToUsd(PicoDollars.FromUsd(usd));
    }
}

/// <summary>The updates of many senders, joined by trace and span, in the order in which traces are locked.</summary>
internal static class WriteBatch
{
    public static TraceWrite[] Join(IEnumerable<IngestBatch> batches)
    {
        var traces = new Dictionary<(int, string), TraceWrite>();
        foreach (var batch in batches)
        {
            foreach (var span in batch.Spans)
            {
                var trace = Of(batch.ProjectId, span.TraceId);
                trace.Add(span);
                trace.Redactor = batch.Redactor ?? trace.Redactor;
            }

            foreach (var update in batch.Traces)
                Of(batch.ProjectId, update.TraceId).Add(update);
            foreach (var score in batch.Scores)
            {
                if (score.TraceId is { } traceId)
                    Of(batch.ProjectId, traceId);
            }
        }

        var sorted = traces.Values.ToArray();
        Array.Sort(sorted, static (a, b) => a.ProjectId.CompareTo(b.ProjectId) is not 0 and var order ? order : string.CompareOrdinal(a.TraceId, b.TraceId));
        return sorted;

        TraceWrite Of(int projectId, string traceId)
        {
            if (!traces.TryGetValue((projectId, traceId), out var trace))
                traces[(projectId, traceId)] = trace = new TraceWrite(projectId, traceId);
            return trace;
        }
    }

    /// <summary>Each score once, in the order in which their rows are locked.</summary>
    public static Score[] JoinScores(IEnumerable<IngestBatch> batches) =>
    [
        .. batches.SelectMany(b => b.Scores)
            .GroupBy(s => (s.ProjectId, s.Id), (_, same) => same.MaxBy(s => (s.VersionTime, s.VersionHash))!)
            .OrderBy(s => s.ProjectId).ThenBy(s => s.Id, StringComparer.Ordinal),
    ];
}
