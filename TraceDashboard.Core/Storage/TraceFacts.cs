using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>All spans of a trace as they were at one moment, read outside of any transaction: they may be very many.</summary>
/// <param name="Version">Of the trace at that moment; null when there was no such trace.</param>
/// <param name="Spans">With what counts now, and what is known of each call.</param>
/// <param name="Recounted">Those of which something else is stored.</param>
internal sealed record TraceFacts(int ProjectId, string TraceId, long TraceNo, long? Version, IReadOnlyList<SpanFacts> Spans, IReadOnlyList<SpanFacts> Recounted)
{
    private const string Sql =
        $"SELECT {FactsReader.Select}, trace.version FROM traces trace LEFT JOIN spans t ON t.trace_no = trace.trace_no WHERE trace.trace_no = {{0}}";

    public static async Task<TraceFacts> ReadAsync(TraceStore store, PriceBooks books, int projectId, string traceId, long traceNo, CancellationToken cancellationToken)
    {
        var (version, spans) = await store.ReadAsync(
            async (db, ct) =>
            {
                long? version = null;
                var spans = new List<SpanFacts>();
                await RawQuery.ReadAsync(
                    db, Sql, [traceNo],
                    row =>
                    {
                        version = row.GetInt64(FactsReader.Columns);
                        if (!row.IsDBNull(0))
                            spans.Add(FactsReader.Read(row));
                    },
                    ct);
                return (version, spans);
            },
            cancellationToken);
        var recounted = CallLayers.Settle(spans, (await books.CurrentAsync(cancellationToken)).Of(projectId));
        return new TraceFacts(projectId, traceId, traceNo, version, spans, [.. recounted.Select(i => spans[i])]);
    }
}
