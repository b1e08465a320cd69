using System.Collections.Concurrent;
using Npgsql;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>What a row of a table looks like on the wire.</summary>
/// <param name="Type">The object id of the table's row type.</param>
/// <param name="Columns">With the object ids of their types, in the order in which the table has them.</param>
internal sealed record RecordLayout(uint Type, (string Name, uint Type)[] Columns)
{
    private readonly ConcurrentDictionary<object, int[]> _sources = new(ReferenceEqualityComparer.Instance);

    /// <summary>For each column of the table, which of the writer's it is; -1 for one that the writer does not know.</summary>
    public int[] SourcesOf((string Name, ColumnType Type)[] columns) =>
        _sources.GetOrAdd(columns, static (_, c) => [.. c.Columns.Select(own => Array.FindIndex(c.columns, known => known.Name == own.Name))], (Columns, columns));
}

/// <summary>The layouts of all tables, read from the catalogue once and again when somebody has changed them.</summary>
internal sealed class RecordLayouts(NpgsqlDataSource dataSource)
{
    private volatile Dictionary<string, RecordLayout>? _current;

    public async ValueTask<IReadOnlyDictionary<string, RecordLayout>> GetAsync(CancellationToken cancellationToken) =>
        _current ??= await ReadAsync(cancellationToken);

    /// <summary>Another version of this app may change a table while this one runs.</summary>
    public void Forget() => _current = null;

    private async Task<Dictionary<string, RecordLayout>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT c.relname, c.reltype, a.attname, a.atttypid
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'trace_keys'::regclass) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            ORDER BY c.oid, a.attnum
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new List<(string Table, uint Row, string Name, uint Type)>();
        while (await reader.ReadAsync(cancellationToken))
            columns.Add((reader.GetString(0), reader.GetFieldValue<uint>(1), reader.GetString(2), reader.GetFieldValue<uint>(3)));
        return columns.GroupBy(c => (c.Table, c.Row)).ToDictionary(t => t.Key.Table, t => new RecordLayout(t.Key.Row, [.. t.Select(c => (c.Name, c.Type))]), StringComparer.Ordinal);
    }
}
