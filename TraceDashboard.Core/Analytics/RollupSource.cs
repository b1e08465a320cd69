using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Analytics;

/// <summary>Computes rollups from what is stored now.</summary>
internal static class RollupSource
{
    private const string SpansSql =
        $$"""
        SELECT t.start_time, t.end_time, t.first_token_time, r.environment, r.name, t.kind, t.status, t.provider,
            COALESCE(t.response_model, t.request_model), t.counted, t.layers, t.cost, {{FactsReader.UsageSelect}}
        FROM spans t JOIN traces r ON r.trace_no = t.trace_no
        WHERE t.project_id = {0} AND t.start_time >= {1} AND t.start_time < {2}
        """;

    /// <summary>Adds the traces and spans that started in a range of time, in seconds since the Unix epoch.</summary>
    public static async Task AddFromSpansAsync(RollupSet set, TraceDbContext db, int projectId, long from, long to, CancellationToken cancellationToken)
    {
        var (start, end) = (from * UnixNanos.PerSecond, to * UnixNanos.PerSecond);
        var traces = db.Traces
            .Where(t => t.ProjectId == projectId && t.OrderTime >= start && t.OrderTime < end && t.OrderTime == t.StartTime)
            .Concat(db.Traces.Where(t => t.ProjectId == projectId && t.StartTime >= start && t.StartTime < end && t.OrderTime < t.StartTime))
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
        var span = new RolledSpan(
            row.GetInt64(0), SpanFacts.EndOf(row.GetInt64(0), row.Number(1)), row.Number(2), row.GetString(3), row.Text(4), row.GetInt16(5), row.GetInt16(6), row.Text(7), row.Text(8),
            counted, counted ? row.Number(11) : null, counted ? FactsReader.Usage(row, 12) : null);
        return LayeredCallCodec.Decode(row.Text(10)) is not { } call ? span : span with
        {
            FirstTokenTime = call.FirstTokenTime,
            Status = (short)call.Status,
            Provider = call.Provider,
            Model = call.Model,
            Cost = call.Cost.Amount is { } usd ? PicoDollars.FromUsd(usd) : null,
            Usage = call.Usage,
        };
    }
}
