using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace TraceDashboard.Core.Storage.Sqlite;

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
