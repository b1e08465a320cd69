using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>The writer's connection, with the statements that it has prepared so far. Used by one session at a time.</summary>
internal sealed class SqliteWriteConnection(string connectionString) : IDisposable
{
    private readonly Dictionary<string, SqliteStatement> _statements = [];
    private readonly Dictionary<object, SqliteStatement> _upserts = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, SqliteStatement> _replacements = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string Select, string Table, bool BySpan), SqliteCommand> _queries = [];
    private SqliteConnection? _connection;

    public SqliteConnection Connection => _connection ??= SqliteDatabase.Open(connectionString);

    public SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = new SqliteStatement(Connection.Handle!, sql);
        return statement;
    }

    public SqliteStatement Upsert<T>(Table<T> table)
    {
        if (_upserts.TryGetValue(table, out var statement))
            return statement;
        var columns = string.Join(", ", table.Columns.Select(c => c.Name));
        var values = string.Join(", ", table.Columns.Select((_, i) => $"?{i + 1}"));
        // REPLACE would write the row as a new one.
        var update = table.KeepGreatest is { } greatest
            ? $"{greatest} = max({greatest}, excluded.{greatest})"
            : string.Join(", ", table.Columns.Select(c => c.Name).Except(table.Key).Select(c => $"{c} = excluded.{c}"));
        return _upserts[table] = Statement($"INSERT INTO {table.Name} ({columns}) VALUES ({values}) ON CONFLICT ({string.Join(", ", table.Key)}) DO UPDATE SET {update}{table.OnlyNewer}");
    }

    /// <summary>An index of which one column is set is written anew, whether or not the value is another one: those columns are left out.</summary>
    public SqliteStatement Replacement<T>(Table<T> table)
    {
        if (_replacements.TryGetValue(table, out var statement))
            return statement;
        var columns = table.Columns.Select((c, i) => (c.Name, Value: $"?{i + 1}")).ToArray();
        var values = columns.Where(c => !table.Key.Contains(c.Name) && table.Indexed?.Contains(c.Name) is not true);
        return _replacements[table] = Statement(
            $"UPDATE {table.Name} SET {string.Join(", ", values.Select(c => $"{c.Name} = {c.Value}"))} WHERE {string.Join(" AND ", columns.Where(c => table.Key.Contains(c.Name)).Select(c => $"{c.Name} = {c.Value}"))}");
    }

    /// <summary>By the number of a trace, <c>$1</c>, and maybe the id of a span, <c>$2</c>.</summary>
    public SqliteCommand Query(string select, string table, bool bySpan)
    {
        if (_queries.TryGetValue((select, table, bySpan), out var query))
            return query;
        query = Connection.CreateCommand();
        query.CommandText = $"SELECT {select} FROM {table} t WHERE t.trace_no = $1{(bySpan ? " AND t.span_id = $2" : "")}";
        query.Parameters.Add("$1", SqliteType.Integer);
        query.Parameters.Add("$2", SqliteType.Text);
        return _queries[(select, table, bySpan)] = query;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        foreach (var query in _queries.Values)
            query.Dispose();
        _connection?.Dispose();
    }
}

/// <summary>Runs on the writer's thread, while it is the writer's turn: nothing here waits for anything but the disk.</summary>
internal sealed class SqliteWriteSession : WriteSession
{
    private readonly SqliteWriteConnection _connection;
    private readonly SqliteFile? _file;
    private bool _open;

    public SqliteWriteSession(SqliteWriteConnection connection, SqliteFile? file)
    {
        _connection = connection;
        _file = file;
        connection.Statement("BEGIN IMMEDIATE").Execute();
        _open = true;
    }

    public override Task<LockedTrace[]> LockTracesAsync(IReadOnlyList<(int ProjectId, string TraceId)> sorted, CancellationToken cancellationToken)
    {
        var find = _connection.Statement("SELECT trace_no, deleted_at FROM trace_keys WHERE project_id = ?1 AND trace_id = ?2");
        var insert = _connection.Statement("INSERT INTO trace_keys (project_id, trace_id) VALUES (?1, ?2) RETURNING trace_no");
        var traces = new LockedTrace[sorted.Count];
        for (var i = 0; i < traces.Length; i++)
        {
            var (projectId, traceId) = sorted[i];
            Bind(find, projectId, traceId);
            if (find.Step())
                traces[i] = new LockedTrace(find.ColumnInt64(0), IsNew: false, IsDeleted: !find.ColumnIsNull(1));
            find.Reset();
            if (traces[i].TraceNo != 0)
                continue;
            Bind(insert, projectId, traceId);
            insert.Step();
            traces[i] = new LockedTrace(insert.ColumnInt64(0), IsNew: true, IsDeleted: false);
            insert.Reset();
        }

        return Task.FromResult(traces);

        static void Bind(SqliteStatement statement, int projectId, string traceId)
        {
            statement.Int32(projectId);
            statement.Text(traceId);
        }
    }

    public override Task ReadAsync(RowQuery[] queries, CancellationToken cancellationToken)
    {
        foreach (var query in queries)
        {
            if (query.IsEmpty)
                continue;
            var command = _connection.Query(query.Select, query.Table, query.Spans is not null);
            foreach (var traceNo in query.TraceNos)
                Read(command, traceNo, "", query.Read);
            foreach (var span in query.Spans ?? [])
                Read(command, span.TraceNo, span.SpanId, query.Read);
        }

        return Task.CompletedTask;
    }

    public override Task ReadChunksAsync(IReadOnlyList<(SpanKey Span, long From, long To)> ranges, Action<SpanChunkRow> read, CancellationToken cancellationToken)
    {
        using var query = _connection.Connection.CreateCommand();
        query.CommandText = "SELECT sequence, text FROM span_chunks WHERE trace_no = $1 AND span_id = $2 AND sequence BETWEEN $3 AND $4";
        foreach (var (span, from, to) in ranges)
        {
            query.Parameters.Clear();
            query.Parameters.AddWithValue("$1", span.TraceNo);
            query.Parameters.AddWithValue("$2", span.SpanId);
            query.Parameters.AddWithValue("$3", from);
            query.Parameters.AddWithValue("$4", to);
            using var reader = query.ExecuteReader();
            while (reader.Read())
                read(new SpanChunkRow { TraceNo = span.TraceNo, SpanId = span.SpanId, Sequence = reader.GetInt64(0), Text = reader.GetString(1) });
        }

        return Task.CompletedTask;
    }

    public override Task UpsertAsync<T>(Table<T> table, IReadOnlyList<T> rows, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
            Write(table, rows, _connection.Upsert(table));
        return Task.CompletedTask;
    }

    public override Task ReplaceAsync<T>(Table<T> table, IReadOnlyList<T> rows, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
            Write(table, rows, _connection.Replacement(table));
        return Task.CompletedTask;
    }

    public override Task DeleteByTraceAsync(string table, IReadOnlyList<long> traceNos, CancellationToken cancellationToken)
    {
        var delete = _connection.Statement($"DELETE FROM {table} WHERE trace_no = ?1");
        foreach (var traceNo in traceNos)
        {
            delete.Int64(traceNo);
            delete.Execute();
        }

        return Task.CompletedTask;
    }

    public override Task DeleteBySpanAsync(string table, IReadOnlyList<SpanKey> spans, CancellationToken cancellationToken)
    {
        var delete = _connection.Statement($"DELETE FROM {table} WHERE trace_no = ?1 AND span_id = ?2");
        foreach (var span in spans)
        {
            delete.Int64(span.TraceNo);
            delete.Text(span.SpanId);
            delete.Execute();
        }

        return Task.CompletedTask;
    }

    public override Task SetCountedAsync(IReadOnlyList<CountedSpan> spans, CancellationToken cancellationToken)
    {
        var update = _connection.Statement("UPDATE spans SET counted = ?3, layers = ?4 WHERE trace_no = ?1 AND span_id = ?2");
        foreach (var (span, counted, layers) in spans)
        {
            update.Int64(span.TraceNo);
            update.Text(span.SpanId);
            update.Boolean(counted);
            update.Text(layers);
            update.Execute();
        }

        return Task.CompletedTask;
    }

    public override Task MarkDirtyAsync(IReadOnlyCollection<(int ProjectId, long Bucket)> buckets, CancellationToken cancellationToken)
    {
        var insert = _connection.Statement("INSERT INTO dirty_buckets (project_id, bucket) VALUES (?1, ?2)");
        foreach (var (projectId, bucket) in buckets)
        {
            insert.Int32(projectId);
            insert.Int64(bucket);
            insert.Execute();
        }

        return Task.CompletedTask;
    }

    public override Task SetDeletedAsync(int projectId, IReadOnlyList<string> traceIds, long deletedAt, CancellationToken cancellationToken)
    {
        var update = _connection.Statement("UPDATE trace_keys SET deleted_at = ?3 WHERE project_id = ?1 AND trace_id = ?2");
        foreach (var traceId in traceIds)
        {
            update.Int32(projectId);
            update.Text(traceId);
            update.Int64(deletedAt);
            update.Execute();
        }

        return Task.CompletedTask;
    }

    public override Task CommitAsync(CancellationToken cancellationToken)
    {
        _file?.EnsureInPlace();
        _connection.Statement("COMMIT").Execute();
        _open = false;
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        // A full disk rolls back by itself; then there is nothing left to roll back.
        if (_open && SQLitePCL.raw.sqlite3_get_autocommit(_connection.Connection.Handle) == 0)
            _connection.Statement("ROLLBACK").Execute();
        return ValueTask.CompletedTask;
    }

    private static void Write<T>(Table<T> table, IReadOnlyList<T> rows, SqliteStatement statement)
    {
        foreach (var row in rows)
        {
            table.Write(row, statement);
            statement.Execute();
        }
    }

    private static void Read(SqliteCommand query, long traceNo, string spanId, Action<DbDataReader> read)
    {
        query.Parameters[0].Value = traceNo;
        query.Parameters[1].Value = spanId;
        using var reader = query.ExecuteReader();
        while (reader.Read())
            read(reader);
    }
}
