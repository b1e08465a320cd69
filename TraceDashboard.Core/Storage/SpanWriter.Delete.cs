using TraceDashboard.Core.Text;


namespace TraceDashboard.Core.Storage;

public abstract partial class SpanWriter
{
    /// <summary>Deletes a trace for good: what its senders still send of it is taken in and dropped.</summary>
    /// <returns>Whether there was such a trace.</returns>
    public Task<bool> DeleteAsync(int projectId, string traceId, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        return RunAsync(
            (int)(now / Day),
            async session =>
            {
                var locked = (await session.LockTracesAsync([(projectId, traceId)], cancellationToken))[0];
                if (locked.IsNew || locked.IsDeleted)
                    return false; // rolls back the key of a trace that never was
                long[] traceNos = [locked.TraceNo];
                var minutes = new HashSet<(int, long)>();
                await session.ReadAsync(
                    [
                        RowQuery.ByTrace("t.start_time", "spans", traceNos, r => AddMinute(minutes, projectId, r.IsDBNull(0) ? null : r.GetInt64(0))),
                        RowQuery.ByTrace("t.start_time", "traces", traceNos, r => AddMinute(minutes, projectId, r.GetInt64(0))),
                    ],
                    cancellationToken);
                await DeleteRowsAsync(session, traceNos, cancellationToken);
                await session.SetDeletedAsync(projectId, [traceId], now, cancellationToken);
                await session.MarkDirtyAsync(minutes, cancellationToken);
                await session.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Deletes the traces of which nothing has come since a moment, for good. The charts go on knowing them.</summary>
    /// <returns>How many they were, and how long the transaction took.</returns>
    internal Task<(int Expired, TimeSpan Held)> ExpireAsync(int projectId, IReadOnlyCollection<string> traceIds, long before, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        return RunAsync(
            (int)(now / Day),
            async session =>
            {
                var began = time.GetTimestamp();
                var sorted = traceIds.Order(StringComparer.Ordinal).ToArray();
                var locked = await session.LockTracesAsync([.. sorted.Select(id => (projectId, id))], cancellationToken);
                var silent = new HashSet<long>();
                await session.ReadAsync(
                    [
                        RowQuery.ByTrace(
                            "t.trace_no, t.last_activity", "traces", locked.Where(t => !t.IsDeleted).Select(t => t.TraceNo),
                            r =>
                            {
                                if (r.GetInt64(1) < before)
                                    silent.Add(r.GetInt64(0));
                            }),
                    ],
                    cancellationToken);
                await DeleteRowsAsync(session, [.. silent], cancellationToken);
                await session.SetDeletedAsync(projectId, [.. sorted.Where((_, i) => silent.Contains(locked[i].TraceNo))], now, cancellationToken);
                await session.CommitAsync(cancellationToken);
                return (silent.Count, time.GetElapsedTime(began));
            },
            cancellationToken);
    }

    private static async Task DeleteRowsAsync(WriteSession session, IReadOnlyList<long> traceNos, CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["span_chunks", "span_contents", "spans", "metadata_values", "scores", "traces"])
            await session.DeleteByTraceAsync(table, traceNos, cancellationToken);
    }
}
