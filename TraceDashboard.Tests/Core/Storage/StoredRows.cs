using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>Rows put into a store directly, for tests of what reads them.</summary>
internal static class StoredRows
{
    /// <summary>2026-01-01T00:00:00Z, in nanoseconds.</summary>
    public const long Start = 1_767_225_600L * UnixNanos.PerSecond;

    private static long _lastTraceNo;

    public static TraceRow Trace(int projectId, string traceId, Action<TraceRow>? change = null)
    {
        var row = new TraceRow
        {
            TraceNo = Interlocked.Increment(ref _lastTraceNo),
            ProjectId = projectId,
            TraceId = traceId,
            Environment = "default",
            StartTime = Start,
            EndTime = Start + UnixNanos.PerSecond,
            LastActivity = Start + UnixNanos.PerSecond,
            ReceivedAt = Start,
            Version = 1,
        };
        change?.Invoke(row);
        row.OrderTime = row.OrderTime == 0 ? row.StartTime : row.OrderTime;
        return row;
    }

    public static SpanRow Span(TraceRow trace, string spanId, Action<SpanRow>? change = null)
    {
        var row = new SpanRow
        {
            TraceNo = trace.TraceNo,
            ProjectId = trace.ProjectId,
            SpanId = spanId,
            Name = spanId,
            StartTime = trace.StartTime,
            EndTime = trace.StartTime + UnixNanos.PerSecond,
            ReceivedAt = trace.ReceivedAt,
            ContentDay = 20_454,
        };
        change?.Invoke(row);
        return row;
    }

    /// <summary>Inserts rows of any kind; a trace brings its key.</summary>
    public static Task InsertAsync(this TraceStore store, params IEnumerable<object> rows) =>
        store.WriteAsync(
            async (db, ct) =>
            {
                foreach (var row in rows)
                {
                    db.Add(row);
                    if (row is TraceRow trace)
                        db.Add(new TraceKeyRow { ProjectId = trace.ProjectId, TraceId = trace.TraceId, TraceNo = trace.TraceNo });
                }

                if (store.Provider == DatabaseProvider.Postgres && rows.OfType<SpanContentRow>().Any())
                    await db.Database.ExecuteSqlRawAsync("CREATE TABLE IF NOT EXISTS span_contents_of_tests PARTITION OF span_contents DEFAULT", ct);
                return await db.SaveChangesAsync(ct);
            },
            TestContext.Current.CancellationToken);

    /// <summary>Inserts traces <c>t1</c>, <c>t2</c>, … of project 1, a millisecond and a user apart.</summary>
    public static Task InsertTracesAsync(this TraceStore store, int count) =>
        store.WriteAsync(
            async (db, ct) =>
            {
                var first = Interlocked.Add(ref _lastTraceNo, count) - count;
                await db.Database.ExecuteSqlAsync(
                    $"""
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
                    INSERT INTO trace_keys (project_id, trace_id, trace_no) SELECT 1, 't' || i, {first} + i FROM n
                    """,
                    ct);
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO traces (trace_no, project_id, trace_id, environment, user_id, start_time, order_time, end_time, status, span_count, open_span_count,
                        error_count, model_calls, unpriced_calls, version, received_at, last_activity, stale)
                    SELECT trace_no, 1, trace_id, 'default', 'u' || (trace_no - {first}), {Start} + 1000000 * (trace_no - {first}), {Start} + 1000000 * (trace_no - {first}), {Start} + 9000000 * (trace_no - {first}),
                        0, 0, 0, 0, 0, 0, 1, 0, 0, {false}
                    FROM trace_keys WHERE trace_no > {first}
                    """,
                    ct);

                // SQLite plans without statistics, as in the app; PostgreSQL gathers them by itself, but not at once.
                if (store.Provider == DatabaseProvider.Postgres)
                    await db.Database.ExecuteSqlAsync($"ANALYZE traces, trace_keys", ct);
                return count;
            },
            TestContext.Current.CancellationToken);

    /// <summary>Inserts spans <c>s1</c>, <c>s2</c>, … of one trace, a microsecond apart.</summary>
    public static Task InsertSpansAsync(this TraceStore store, TraceRow trace, int count) =>
        store.WriteAsync(
            (db, ct) => db.Database.ExecuteSqlAsync(
                $"""
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
                INSERT INTO spans (trace_no, span_id, project_id, parent_span_id, name, kind, status, start_time, end_time, cost_source, counted, received_at,
                    content_day, fields, version_class, version_time, version_sequence, last_hash)
                SELECT {trace.TraceNo}, 's' || i, {trace.ProjectId}, 's' || (i / 3), 'step', 0, 0, {trace.StartTime} + 1000 * i, {trace.StartTime} + 9000 * i, 0, {false}, 0, 0, 0, 0, 0, 0, 0
                FROM n
                """,
                ct),
            TestContext.Current.CancellationToken);
}
