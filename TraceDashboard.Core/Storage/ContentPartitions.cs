using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Storage;

/// <summary>The days of <c>span_contents</c> on PostgreSQL, each a table of its own.</summary>
internal sealed class ContentPartitions(TraceStore store, TimeProvider time)
{
    private const long Day = 24 * 60 * 60 * UnixNanos.PerSecond;
    private const string Prefix = "span_contents_";

    /// <summary>Drops the days that no project keeps any more; what takes a table's lock too long to get is left for the next time.</summary>
    /// <param name="chosen">The settings of the projects that have some.</param>
    /// <returns>By project, the spans whose contents were dropped and the bytes that they took.</returns>
    public async Task<Dictionary<int, (long Spans, long Bytes)>> DropAsync(IReadOnlyList<(int ProjectId, ProjectSettings Settings)> chosen, CancellationToken cancellationToken)
    {
        var dropped = new Dictionary<int, (long Spans, long Bytes)>();
        var projects = await store.ReadAsync((db, ct) => db.Projects.Select(p => p.Id).ToListAsync(ct), cancellationToken);
        var days = projects.Select(p => chosen.FirstOrDefault(c => c.ProjectId == p).Settings?.Retention.ContentDays).ToList();
        if (days.Any(d => d is null))
            return dropped;
        var before = (int)(time.GetUnixNanos() / Day) - days.Max(d => d!.Value);
        await using var connection = await store.Postgres!.OpenConnectionAsync(cancellationToken);
        foreach (var (day, table) in await ListAsync(connection, cancellationToken))
        {
            if (day >= before)
                continue;
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            try
            {
                var counts = await CountAsync(connection, table, cancellationToken);
                await using var drop = new NpgsqlCommand($"SET LOCAL lock_timeout = '2s'; DROP TABLE {table}", connection, transaction);
                await drop.ExecuteNonQueryAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                foreach (var (project, spans, bytes) in counts)
                {
                    var known = dropped.GetValueOrDefault(project);
                    dropped[project] = (known.Spans + spans, known.Bytes + bytes);
                }
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await transaction.RollbackAsync(cancellationToken);
            }
        }

        return dropped;
    }

    private static async Task<List<(int Day, string Table)>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'span_contents'::regclass", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tables = new List<(int, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var day))
                tables.Add((day, name));
        }

        return tables;
    }

    // The bytes of the table, shared out by rows. By trace, through its key and on one processor: ingestion goes on
    // beside it, and the store may be large.
    private static async Task<List<(int Project, long Spans, long Bytes)>> CountAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SET LOCAL max_parallel_workers_per_gather = 0;
            SET LOCAL enable_hashjoin = off;
            SET LOCAL enable_mergejoin = off;
            SELECT t.project_id, sum(c.spans)::bigint, (pg_total_relation_size('{table}') * (sum(c.rows) / sum(sum(c.rows)) OVER ()))::bigint
            FROM (SELECT trace_no, count(*) AS rows, count(*) FILTER (WHERE span_id <> '{SpanContentRow.OfTrace}') AS spans FROM {table} GROUP BY trace_no) c JOIN traces t ON t.trace_no = c.trace_no
            GROUP BY t.project_id
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<(int, long, long)>();
        while (await reader.ReadAsync(cancellationToken))
            counts.Add((reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2)));
        return counts;
    }
}
