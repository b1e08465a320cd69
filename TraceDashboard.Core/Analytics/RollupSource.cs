using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Analytics;

/// <summary>Computes rollups from what is stored now.</summary>
internal static class RollupSource
{
    private const string SpansSql =
        """
        SELECT s.start_time, s.end_time, s.first_token_time, t.environment, t.name, s.kind, s.status, s.provider,
            COALESCE(s.response_model, s.request_model), s.counted, s.cost, s.usage_rule, s.tokens_input, s.tokens_cache_read, s.tokens_cache_write_5m,
            s.tokens_cache_write_1h, s.tokens_output, s.tokens_reasoning, s.tokens_input_audio, s.tokens_output_audio, s.tokens_input_image, s.tokens_output_image
        FROM spans s JOIN traces t ON t.trace_no = s.trace_no
        WHERE s.project_id = {0} AND s.start_time >= {1} AND s.start_time < {2}
        """;

    /// <summary>Adds the traces and spans that started in a range of time, in seconds since the Unix epoch.</summary>
    public static async Task AddFromSpansAsync(RollupSet set, TraceDbContext db, int projectId, long from, long to, CancellationToken cancellationToken)
    {
        var (start, end) = (from * UnixNanos.PerSecond, to * UnixNanos.PerSecond);
        var traces = db.Traces
            .Where(t => t.ProjectId == projectId && t.StartTime >= start && t.StartTime < end)
            .Select(t => new RolledTrace(t.StartTime, t.EndTime, t.Environment, t.Name, t.Status, t.Ttft));
        await foreach (var trace in traces.AsAsyncEnumerable().WithCancellation(cancellationToken))
            set.Add(trace);

        await RawQuery.ReadAsync(db, SpansSql, [projectId, start, end], row => set.Add(ReadSpan(row)), cancellationToken);
    }

    /// <summary>Adds the minutes of a range that are rolled up already, without the given ones.</summary>
    public static async Task AddFromMinutesAsync(
        RollupSet set, TraceDbContext db, int projectId, long from, long to, IReadOnlySet<long> without, CancellationToken cancellationToken)
    {
        var minutes = db.Rollups.Where(r => r.ProjectId == projectId && r.Seconds == RollupBucket.Minute && r.Bucket >= from && r.Bucket < to);
        await foreach (var row in minutes.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (!without.Contains(row.Bucket))
                set.Add(row);
        }
    }

    // What only calls have is read of those that count alone.
    private static RolledSpan ReadSpan(DbDataReader row)
    {
        var counted = row.GetBoolean(9);
        return new RolledSpan(
            row.GetInt64(0), row.Number(1), row.Number(2), row.GetString(3), row.Text(4), row.GetInt16(5), row.GetInt16(6), row.Text(7), row.Text(8),
            counted, counted ? row.Number(10) : null, counted ? FactsReader.Usage(row, 11) : null);
    }
}
