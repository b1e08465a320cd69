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
