using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>One transaction. Statements that return nothing wait and go out together with the next one that does.</summary>
internal sealed class PostgresWriteSession : WriteSession
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly List<NpgsqlBatchCommand> _waiting = [];

    private PostgresWriteSession(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<PostgresWriteSession> BeginAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return new PostgresWriteSession(connection, await connection.BeginTransactionAsync(cancellationToken));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override async Task<LockedTrace[]> LockTracesAsync(IReadOnlyList<(int ProjectId, string TraceId)> sorted, CancellationToken cancellationToken)
    {
        var projects = sorted.Select(k => k.ProjectId).ToArray();
        var ids = sorted.Select(k => k.TraceId).ToArray();

        // The select locks in the order of the ids, whoever inserted them; what another writer is inserting is waited for
        // by the insert, which is sorted too.
        var insert = Command(
            """
            INSERT INTO trace_keys (project_id, trace_id)
            SELECT * FROM unnest($1::integer[], $2::text[]) AS k(project_id, trace_id)
            ON CONFLICT (project_id, trace_id) DO NOTHING
            RETURNING project_id, trace_id
            """,
            (NpgsqlDbType.Integer, projects), (NpgsqlDbType.Text, ids));
        var select = Command(
            """
            SELECT t.project_id, t.trace_id, t.trace_no, t.deleted_at IS NOT NULL
            FROM unnest($1::integer[], $2::text[]) AS k(project_id, trace_id)
            JOIN trace_keys t ON t.project_id = k.project_id AND t.trace_id = k.trace_id
            ORDER BY t.project_id, t.trace_id
            FOR NO KEY UPDATE OF t
            """,
            (NpgsqlDbType.Integer, projects), (NpgsqlDbType.Text, ids));

        await using var batch = Batch(insert, select);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var inserted = new HashSet<(int, string)>();
        while (await reader.ReadAsync(cancellationToken))
            inserted.Add((reader.GetInt32(0), reader.GetString(1)));
        await reader.NextResultAsync(cancellationToken);
        var found = new Dictionary<(int, string), LockedTrace>(sorted.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = (reader.GetInt32(0), reader.GetString(1));
            found[key] = new LockedTrace(reader.GetInt64(2), inserted.Contains(key), reader.GetBoolean(3));
        }

        return [.. sorted.Select(k => found[k])];
    }

    public override Task ReadByTraceAsync(string select, string table, IReadOnlyList<long> traceNos, Action<DbDataReader> read, CancellationToken cancellationToken) =>
        ReadAsync(
            Command($"SELECT {select} FROM {table} t WHERE t.trace_no = ANY($1)", (NpgsqlDbType.Bigint, traceNos.ToArray())),
            read,
            cancellationToken);

    public override Task ReadBySpanAsync(string select, string table, IReadOnlyList<SpanKey> spans, Action<DbDataReader> read, CancellationToken cancellationToken) =>
        ReadAsync(
            Command(
                $"SELECT {select} FROM unnest($1, $2) AS k(trace_no, span_id) JOIN {table} t ON t.trace_no = k.trace_no AND t.span_id = k.span_id",
                (NpgsqlDbType.Bigint, spans.Select(s => s.TraceNo).ToArray()),
                (NpgsqlDbType.Text, spans.Select(s => s.SpanId).ToArray())),
            read,
            cancellationToken);

    public override Task UpsertAsync<T>(Table<T> table, IReadOnlyList<T> rows, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
            _waiting.Add(PostgresColumns.Upsert(table, rows));
        return Task.CompletedTask;
    }

    public override Task DeleteByTraceAsync(string table, IReadOnlyList<long> traceNos, CancellationToken cancellationToken)
    {
        if (traceNos.Count > 0)
            _waiting.Add(Command($"DELETE FROM {table} WHERE trace_no = ANY($1)", (NpgsqlDbType.Bigint, traceNos.ToArray())));
        return Task.CompletedTask;
    }

    public override Task DeleteBySpanAsync(string table, IReadOnlyList<SpanKey> spans, CancellationToken cancellationToken)
    {
        if (spans.Count > 0)
        {
            _waiting.Add(Command(
                $"DELETE FROM {table} t USING unnest($1, $2) AS k(trace_no, span_id) WHERE t.trace_no = k.trace_no AND t.span_id = k.span_id",
                (NpgsqlDbType.Bigint, spans.Select(s => s.TraceNo).ToArray()),
                (NpgsqlDbType.Text, spans.Select(s => s.SpanId).ToArray())));
        }

        return Task.CompletedTask;
    }

    public override Task SetCountedAsync(IReadOnlyList<(SpanKey Span, bool Counted)> spans, CancellationToken cancellationToken)
    {
        if (spans.Count > 0)
        {
            _waiting.Add(Command(
                "UPDATE spans t SET counted = k.counted FROM unnest($1, $2, $3) AS k(trace_no, span_id, counted) WHERE t.trace_no = k.trace_no AND t.span_id = k.span_id",
                (NpgsqlDbType.Bigint, spans.Select(s => s.Span.TraceNo).ToArray()),
                (NpgsqlDbType.Text, spans.Select(s => s.Span.SpanId).ToArray()),
                (NpgsqlDbType.Boolean, spans.Select(s => s.Counted).ToArray())));
        }

        return Task.CompletedTask;
    }

    public override Task MarkDirtyAsync(IReadOnlyCollection<(int ProjectId, long Bucket)> buckets, CancellationToken cancellationToken)
    {
        if (buckets.Count > 0)
        {
            _waiting.Add(Command(
                "INSERT INTO dirty_buckets (project_id, bucket) SELECT * FROM unnest($1, $2)",
                (NpgsqlDbType.Integer, buckets.Select(b => b.ProjectId).ToArray()),
                (NpgsqlDbType.Bigint, buckets.Select(b => b.Bucket).ToArray())));
        }

        return Task.CompletedTask;
    }

    public override Task SetDeletedAsync(long traceNo, long deletedAt, CancellationToken cancellationToken)
    {
        _waiting.Add(Command(
            "UPDATE trace_keys SET deleted_at = k.deleted_at FROM unnest($1, $2) AS k(trace_no, deleted_at) WHERE trace_keys.trace_no = k.trace_no",
            (NpgsqlDbType.Bigint, new[] { traceNo }), (NpgsqlDbType.Bigint, new[] { deletedAt })));
        return Task.CompletedTask;
    }

    public override async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0)
        {
            await using var batch = Batch();
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await _transaction.CommitAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ReadAsync(NpgsqlBatchCommand query, Action<DbDataReader> read, CancellationToken cancellationToken)
    {
        await using var batch = Batch(query);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
                read(reader);
        }
        while (await reader.NextResultAsync(cancellationToken));
    }

    /// <summary>What waits, and then these.</summary>
    private NpgsqlBatch Batch(params NpgsqlBatchCommand[] commands)
    {
        var batch = new NpgsqlBatch(_connection, _transaction);
        foreach (var command in _waiting)
            batch.BatchCommands.Add(command);
        _waiting.Clear();
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        return batch;
    }

    private static NpgsqlBatchCommand Command(string sql, params (NpgsqlDbType Type, Array Values)[] arrays)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (type, values) in arrays)
            command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        return command;
    }
}
