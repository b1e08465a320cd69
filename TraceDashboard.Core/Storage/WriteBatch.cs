using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>The updates of many senders, joined by trace and span, in the order in which traces are locked.</summary>
internal static class WriteBatch
{
    public static TraceWrite[] Join(IEnumerable<IngestBatch> batches)
    {
        var traces = new Dictionary<(int, string), TraceWrite>();
        var own = new UpdatesBy<(int ProjectId, string TraceId), TraceUpdate>(TraceMerge.JoinAll);
        foreach (var batch in batches)
        {
            foreach (var span in batch.Spans)
            {
                var trace = Of(batch.ProjectId, span.TraceId);
                trace.Add(span);
                trace.Redactor = batch.Redactor ?? trace.Redactor;
            }

            foreach (var update in batch.Traces)
                own.Add((batch.ProjectId, update.TraceId), update);
            foreach (var score in batch.Scores)
            {
                if (score.TraceId is { } traceId)
                    Of(batch.ProjectId, traceId);
            }
        }

        foreach (var (trace, update) in own.Join())
            Of(trace.ProjectId, trace.TraceId).Own = update;

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
