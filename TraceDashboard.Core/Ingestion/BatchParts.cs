using TraceDashboard.Core.Merge;

namespace TraceDashboard.Core.Ingestion;

/// <summary>Takes a batch apart that the store refused, so that what is wrong in it costs no more than itself.</summary>
internal static class BatchParts
{
    /// <summary>Whether it is one trace, and all that is said of the trace is said by its spans: they are kept together or not at all.</summary>
    public static bool AreTogether(IngestBatch batch) =>
        batch is { Scores.Count: 0, Spans.Count: > 0, Traces.Count: > 0 } && batch.Traces.All(t => t.OfSpans) && TraceIds(batch).Count == 1;

    /// <summary>In halves: most of a large batch goes in with few transactions.</summary>
    public static IngestBatch[] Split(IngestBatch batch)
    {
        if (batch.Scores.Count > 0)
        {
            var half = batch.Scores.Count / 2;
            return batch.Scores.Count < batch.Count
                ? [batch with { Scores = [] }, batch with { Spans = [], Traces = [] }]
                : [batch with { Scores = [.. batch.Scores.Take(half)] }, batch with { Scores = [.. batch.Scores.Skip(half)] }];
        }

        var traces = TraceIds(batch);
        if (traces.Count > 1)
        {
            var first = traces.Take(traces.Count / 2).ToHashSet();
            return [Of(batch, first.Contains), Of(batch, id => !first.Contains(id))];
        }

        if (batch.Traces.Count == 0)
        {
            var half = batch.Spans.Count / 2;
            return [batch with { Spans = [.. batch.Spans.Take(half)] }, batch with { Spans = [.. batch.Spans.Skip(half)] }];
        }

        if (batch.Spans.Count > 0)
            return [batch with { Spans = [], Traces = [.. batch.Traces.Where(t => !t.OfSpans)] }, batch with { Traces = [.. batch.Traces.Where(t => t.OfSpans)] }];
        var middle = batch.Traces.Count / 2;
        return [batch with { Traces = [.. batch.Traces.Take(middle)] }, batch with { Traces = [.. batch.Traces.Skip(middle)] }];
    }

    private static List<string> TraceIds(IngestBatch batch) =>
        [.. batch.Spans.Select(s => s.TraceId).Concat(batch.Traces.Select(t => t.TraceId)).Distinct(StringComparer.Ordinal)];

    private static IngestBatch Of(IngestBatch batch, Func<string, bool> isOf) =>
        batch with { Spans = [.. batch.Spans.Where(s => isOf(s.TraceId))], Traces = [.. batch.Traces.Where(t => isOf(t.TraceId))] };
}
