using Npgsql;
using NpgsqlTypes;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>
/// One transaction. Statements that return nothing wait and go out together with the next one that does; so do BEGIN and COMMIT,
/// which would be round trips of their own as an <see cref="NpgsqlTransaction"/>.
/// </summary>
internal sealed class PostgresWriteSession : WriteSession
{
    private readonly NpgsqlConnection _connection;
    private readonly IReadOnlyDictionary<string, RecordLayout> _layouts;
    private readonly RecentTraces _recent;
    private readonly List<NpgsqlBatchCommand> _waiting = [Command("BEGIN")];
    private readonly List<PostgresRecords> _records = [];

    private PostgresWriteSession(NpgsqlConnection connection, IReadOnlyDictionary<string, RecordLayout> layouts, RecentTraces recent) =>
        (_connection, _layouts, _recent) = (connection, layouts, recent);

    public static async Task<PostgresWriteSession> BeginAsync(
        NpgsqlDataSource dataSource, IReadOnlyDictionary<string, RecordLayout> layouts, RecentTraces recent, CancellationToken cancellationToken) =>
        new(await dataSource.OpenConnectionAsync(cancellationToken), layouts, recent);

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
        await using var batch = Batch(insert, SelectForUpdate(projects, ids));
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

        // A tombstone that was forgotten between the two statements: to the next attempt the trace is new.
        if (found.Count != sorted.Count)
            throw new TraceKeyGoneException();
        LockedTrace[] locked = [.. sorted.Select(k => found[k])];
        _recent.Add(sorted, locked);
        return locked;
    }

    /// <summary>One round trip less for traces that were written lately: their rows are asked for together with the locks.</summary>
    public override async Task LockAndReadAsync(
        IReadOnlyList<(int ProjectId, string TraceId)> sorted, Func<LockedTrace[], RowQuery[]> queries, CancellationToken cancellationToken)
    {
        if (_recent.Find(sorted) is not { } numbers || !await LockAndReadAsync(sorted, numbers, queries, cancellationToken))
            await base.LockAndReadAsync(sorted, queries, cancellationToken);
    }

    public override async Task ReadAsync(RowQuery[] queries, CancellationToken cancellationToken)
    {
        var asked = queries.Where(q => !q.IsEmpty).ToArray();
        if (asked.Length == 0)
            return;
        await using var batch = Batch([.. asked.Select(Command)]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadAsync(reader, asked, cancellationToken);
    }

    public override async Task ReadChunksAsync(IReadOnlyList<(SpanKey Span, long From, long To)> ranges, Action<SpanChunkRow> read, CancellationToken cancellationToken)
    {
        await using var batch = Batch(Command(
            """
            SELECT c.trace_no, c.span_id, c.sequence, c.text
            FROM unnest($1, $2, $3, $4) AS k(trace_no, span_id, first, last)
            JOIN span_chunks c ON c.trace_no = k.trace_no AND c.span_id = k.span_id AND c.sequence BETWEEN k.first AND k.last
            """,
            (NpgsqlDbType.Bigint, ranges.Select(r => r.Span.TraceNo).ToArray()),
            (NpgsqlDbType.Text, ranges.Select(r => r.Span.SpanId).ToArray()),
            (NpgsqlDbType.Bigint, ranges.Select(r => r.From).ToArray()),
            (NpgsqlDbType.Bigint, ranges.Select(r => r.To).ToArray())));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            read(new SpanChunkRow { TraceNo = reader.GetInt64(0), SpanId = reader.GetString(1), Sequence = reader.GetInt64(2), Text = reader.GetString(3) });
    }

    public override Task UpsertAsync<T>(Table<T> table, IReadOnlyList<T> rows, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
        {
            var records = PostgresRecords.Of(table, rows, _layouts[table.Name]);
            _records.Add(records);
            _waiting.Add(records.Upsert(table));
        }

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

    public override Task SetCountedAsync(IReadOnlyList<CountedSpan> spans, CancellationToken cancellationToken)
    {
        if (spans.Count > 0)
        {
            _waiting.Add(Command(
                "UPDATE spans t SET counted = k.counted, layers = k.layers FROM unnest($1, $2, $3, $4) AS k(trace_no, span_id, counted, layers) WHERE t.trace_no = k.trace_no AND t.span_id = k.span_id",
                (NpgsqlDbType.Bigint, spans.Select(s => s.Span.TraceNo).ToArray()),
                (NpgsqlDbType.Text, spans.Select(s => s.Span.SpanId).ToArray()),
                (NpgsqlDbType.Boolean, spans.Select(s => s.Counted).ToArray()),
                (NpgsqlDbType.Text, spans.Select(s => s.Layers).ToArray())));
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

    public override Task SetDeletedAsync(int projectId, IReadOnlyList<string> traceIds, long deletedAt, CancellationToken cancellationToken)
    {
        if (traceIds.Count > 0)
        {
            _waiting.Add(Command(
                "UPDATE trace_keys t SET deleted_at = k.deleted_at FROM unnest($1, $2, $3) AS k(project_id, trace_id, deleted_at) WHERE t.project_id = k.project_id AND t.trace_id = k.trace_id",
                (NpgsqlDbType.Integer, Enumerable.Repeat(projectId, traceIds.Count).ToArray()),
                (NpgsqlDbType.Text, traceIds.ToArray()),
                (NpgsqlDbType.Bigint, Enumerable.Repeat(deletedAt, traceIds.Count).ToArray())));
        }

        return Task.CompletedTask;
    }

    public override async Task CommitAsync(CancellationToken cancellationToken)
    {
        await using var batch = Batch(Command("COMMIT"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        // A connection that goes back to the pool in the middle of a transaction rolls it back.
        await _connection.DisposeAsync();
        foreach (var records in _records)
            records.Dispose();
    }

    /// <returns>False when a trace has another number by now, or is gone; then no query was answered.</returns>
    private async Task<bool> LockAndReadAsync(
        IReadOnlyList<(int ProjectId, string TraceId)> sorted, long[] numbers, Func<LockedTrace[], RowQuery[]> queries, CancellationToken cancellationToken)
    {
        var asked = queries([.. numbers.Select(n => new LockedTrace(n, IsNew: false, IsDeleted: false))]).Where(q => !q.IsEmpty).ToArray();
        var keys = SelectForUpdate([.. sorted.Select(k => k.ProjectId)], [.. sorted.Select(k => k.TraceId)]);
        await using var batch = Batch([keys, .. asked.Select(Command)]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var number in numbers)
        {
            if (!await reader.ReadAsync(cancellationToken) || reader.GetInt64(2) != number || reader.GetBoolean(3))
                return false;
        }

        await reader.NextResultAsync(cancellationToken);
        await ReadAsync(reader, asked, cancellationToken);
        return true;
    }

    private static async Task ReadAsync(NpgsqlDataReader reader, RowQuery[] queries, CancellationToken cancellationToken)
    {
        foreach (var query in queries)
        {
            while (await reader.ReadAsync(cancellationToken))
                query.Read(reader);
            await reader.NextResultAsync(cancellationToken);
        }
    }

    /// <summary>What waits, and then these.</summary>
    private NpgsqlBatch Batch(params NpgsqlBatchCommand[] commands)
    {
        var batch = new NpgsqlBatch(_connection);
        foreach (var command in _waiting)
            batch.BatchCommands.Add(command);
        _waiting.Clear();
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        return batch;
    }

    private static NpgsqlBatchCommand SelectForUpdate(int[] projects, string[] ids) => Command(
        """
        SELECT t.project_id, t.trace_id, t.trace_no, t.deleted_at IS NOT NULL
        FROM unnest($1::integer[], $2::text[]) AS k(project_id, trace_id)
        JOIN trace_keys t ON t.project_id = k.project_id AND t.trace_id = k.trace_id
        ORDER BY t.project_id, t.trace_id
        FOR NO KEY UPDATE OF t
        """,
        (NpgsqlDbType.Integer, projects), (NpgsqlDbType.Text, ids));

    private static NpgsqlBatchCommand Command(RowQuery query)
    {
        if (query.Spans is null)
            return Command($"SELECT {query.Select} FROM {query.Table} t WHERE t.trace_no = ANY($1)", (NpgsqlDbType.Bigint, query.TraceNos));
        var sql = $"SELECT {query.Select} FROM unnest($1, $2) AS k(trace_no, span_id) JOIN {query.Table} t ON t.trace_no = k.trace_no AND t.span_id = k.span_id";
        var traceNos = (NpgsqlDbType.Bigint, (Array)query.Spans.Select(s => s.TraceNo).ToArray());
        var spanIds = (NpgsqlDbType.Text, (Array)query.Spans.Select(s => s.SpanId).ToArray());

        // Else each key would be looked for in the partition of every day.
        return query.Days is { } days
            ? Command($"{sql} WHERE t.content_day = ANY($3)", traceNos, spanIds, (NpgsqlDbType.Integer, days))
            : Command(sql, traceNos, spanIds);
    }

    private static NpgsqlBatchCommand Command(string sql, params (NpgsqlDbType Type, Array Values)[] arrays)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (type, values) in arrays)
            command.Parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        return command;
    }
}

/// <summary>A key that was there a moment ago has been deleted; the transaction is to be repeated.</summary>
internal sealed class TraceKeyGoneException() : Exception("The key of a trace was deleted while the trace was written.");
