using Microsoft.EntityFrameworkCore;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>Inserts rollups as arrays, a column each: one round trip however many they are.</summary>
internal static class PostgresRollupInsert
{
    public static Task ExecuteAsync(TraceDbContext db, IReadOnlyList<RollupRow> rows, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO rollups (project_id, seconds, bucket, environment, kind, provider, model, trace_name, count, errors, calls, unpriced,
                tokens_in, tokens_cached, tokens_out, cost, latency, ttft)
            SELECT * FROM unnest(
                {rows.Select(r => r.ProjectId).ToArray()}, {rows.Select(r => r.Seconds).ToArray()}, {rows.Select(r => r.Bucket).ToArray()}, {rows.Select(r => r.Environment).ToArray()}, {rows.Select(r => r.Kind).ToArray()},
                {rows.Select(r => r.Provider).ToArray()}, {rows.Select(r => r.Model).ToArray()}, {rows.Select(r => r.TraceName).ToArray()}, {rows.Select(r => r.Count).ToArray()}, {rows.Select(r => r.Errors).ToArray()},
                {rows.Select(r => r.Calls).ToArray()}, {rows.Select(r => r.Unpriced).ToArray()}, {rows.Select(r => r.TokensIn).ToArray()}, {rows.Select(r => r.TokensCached).ToArray()}, {rows.Select(r => r.TokensOut).ToArray()},
                {rows.Select(r => r.Cost).ToArray()}, {rows.Select(r => r.Latency).ToArray()}, {rows.Select(r => r.Ttft).ToArray()})
            """,
            cancellationToken);
}
