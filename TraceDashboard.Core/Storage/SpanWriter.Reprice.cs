using TraceDashboard.Core.Live;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

public abstract partial class SpanWriter
{
    /// <summary>
    /// Prices stored spans again, in one transaction with how far that is. It locks the traces as every writer does, and reads the spans
    /// behind the lock. A cost that the sender reported stays.
    /// </summary>
    /// <param name="spans">Of one project.</param>
    /// <param name="progress">As it is after this; <see cref="RepricingRow.Changed"/> is counted up here.</param>
    /// <returns>The traces that it changed, and how long the transaction took.</returns>
    internal async Task<(IReadOnlyCollection<TraceChanged> Changed, TimeSpan Held)> RepriceAsync(
        IReadOnlyCollection<(string TraceId, string SpanId)> spans, RepricingRow progress, CancellationToken cancellationToken)
    {
        await prices.CurrentAsync(cancellationToken);
        var now = time.GetUnixNanos();
        var traces = spans.GroupBy(s => s.TraceId, s => s.SpanId, StringComparer.Ordinal).OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        var changedBefore = progress.Changed;
        return await RunAsync(
            (int)(now / Day),
            async session =>
            {
                var began = time.GetTimestamp();
                var work = new Work(session, prices, now);
                var changed = traces.Length == 0 ? 0 : await work.RepriceAsync(progress.ProjectId, traces, cancellationToken);
                progress.Changed = changedBefore + changed; // the transaction may be repeated
                await session.UpsertAsync(Tables.Repricings, [progress], cancellationToken);
                await session.CommitAsync(cancellationToken);
                return (work.Changed, time.GetElapsedTime(began));
            },
            cancellationToken);
    }

    private sealed partial class Work
    {
        private bool _isRepricing;

        /// <returns>How many spans have another cost now.</returns>
        public async Task<int> RepriceAsync(int projectId, IGrouping<string, string>[] spans, CancellationToken cancellationToken)
        {
            _isRepricing = true; // nothing has arrived
            await LockAndReadAsync([.. spans.Select(t => new TraceWrite(projectId, t.Key))], cancellationToken);
            var byId = spans.ToDictionary(t => t.Key, StringComparer.Ordinal);
            var keys = _traces.SelectMany(t => byId[t.Write.TraceId].Select(s => new SpanKey(t.TraceNo, s)));
            await session.ReadAsync([RowQuery.BySpan(Tables.Spans.Select, "spans", keys, r => { var row = Tables.ReadSpan(r); _stored[new(row.TraceNo, row.SpanId)] = row; })], cancellationToken);

            var book = _prices.Of(projectId);
            foreach (var trace in _traces)
            {
                foreach (var spanId in byId[trace.Write.TraceId])
                {
                    if (!_stored.TryGetValue(new SpanKey(trace.TraceNo, spanId), out var row))
                        continue; // it was deleted meanwhile
                    trace.StoredSpans++;
                    if (row.CostSource == (short)CostSource.Reported || !SpanRowMapper.Reprice(row, book))
                    {
                        trace.Repeated.Add(row);
                        continue;
                    }

                    trace.Changed = true;
                    trace.Written.Add(row);
                    _replacedSpans.Add(row);
                    AddMinute(_dirty, projectId, row.StartTime);
                }
            }

            await session.ReplaceAsync(Tables.Spans, _replacedSpans, cancellationToken);
            _traces.ForEach(JoinOwn);
            await SummariseAsync(cancellationToken);
            await session.MarkDirtyAsync(_dirty, cancellationToken);
            Changed = [.. _traces.Where(t => t.Changed).Select(t => new TraceChanged(projectId, t.Write.TraceId))];
            return _replacedSpans.Count;
        }
    }
}
