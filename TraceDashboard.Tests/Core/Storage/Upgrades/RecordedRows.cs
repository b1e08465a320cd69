using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Tests.Core.Storage.Upgrades;

/// <summary>
/// What a release had in its tables: for each migration a file of its name, with rows of the tables and columns that it brought, as the
/// app of that time wrote them. Absent columns are null, <c>{"hex": …}</c> is binary. A migration that brings no table has an empty object.
/// </summary>
internal sealed class RecordedRows(string migration)
{
    // Where columns that a table had are elsewhere by now.
    private static readonly Dictionary<string, string> s_rowsNow = new()
    {
        ["media_links"] = "(SELECT l.*, k.trace_id FROM media_links l JOIN trace_keys k ON k.trace_no = l.trace_no) now",
    };

    public IReadOnlyDictionary<string, JsonElement[]> Tables { get; } = Read(migration);

    public IEnumerable<JsonElement> Of(string table) => Tables.GetValueOrDefault(table) ?? [];

    /// <summary>Puts the rows where that release would have put them.</summary>
    public async Task InsertAsync(TraceDbContext db, bool postgres, CancellationToken cancellationToken)
    {
        foreach (var day in postgres ? Of("span_contents").Select(r => r.GetProperty("content_day").GetInt32()).Distinct() : [])
            await ExecuteAsync(db, $"CREATE TABLE span_contents_{day} PARTITION OF span_contents FOR VALUES FROM ({day}) TO ({day + 1})", [], cancellationToken);
        foreach (var (table, rows) in Tables)
        {
            foreach (var row in rows)
            {
                var columns = row.EnumerateObject().ToArray();
                var names = string.Join(", ", columns.Select(c => c.Name));
                var values = string.Join(", ", columns.Select((_, i) => $"@p{i}"));
                await ExecuteAsync(db, $"INSERT INTO {table} ({names}) VALUES ({values})", [.. columns.Select(c => Value(c.Value))], cancellationToken);
            }

            if (postgres)
                await CountOnAsync(db, table, cancellationToken);
        }
    }

    /// <summary>The rows that are not there any more as they were recorded.</summary>
    public async Task<List<string>> MissingAsync(TraceDbContext db, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var (table, rows) in Tables)
        {
            var stored = await ReadAsync(db, $"SELECT * FROM {s_rowsNow.GetValueOrDefault(table, table)}", cancellationToken);
            missing.AddRange(rows
                .Where(r => !stored.Exists(s => r.EnumerateObject().All(c => s.TryGetValue(c.Name, out var value) && Text(value) == Text(Value(c.Value)))))
                .Select(r => $"{table} {r}"));
        }

        return missing;
    }

    // PostgreSQL's sequences do not notice numbers that are given.
    private static async Task CountOnAsync(TraceDbContext db, string table, CancellationToken cancellationToken)
    {
        var numbered = await ReadAsync(
            db,
            $"""
            SELECT column_name, coalesce(pg_get_serial_sequence(table_name, column_name), substring(column_default FROM '''(.*)''')) AS sequence
            FROM information_schema.columns WHERE table_name = '{table}' AND (is_identity = 'YES' OR column_default LIKE 'nextval%')
            """,
            cancellationToken);
        foreach (var column in numbered)
            await ExecuteAsync(db, $"SELECT setval('{column["sequence"]}', (SELECT max({column["column_name"]}) FROM {table}))", [], cancellationToken);
    }

    private static async Task ExecuteAsync(TraceDbContext db, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(db, sql, cancellationToken);
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i}", values[i]);
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<Dictionary<string, object>>> ReadAsync(TraceDbContext db, string sql, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(db, sql, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Dictionary<string, object>>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue));
        return rows;
    }

    private static async Task<DbCommand> CommandAsync(TraceDbContext db, string sql, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static object Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var number) ? (object)number : value.GetDouble(),
        JsonValueKind.Object => Convert.FromHexString(value.GetProperty("hex").GetString()!),
        _ => value.GetString()!,
    };

    // The same on both databases, whatever types they have for it.
    private static string Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        bool yes => yes ? "1" : "0",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static Dictionary<string, JsonElement[]> Read(string migration)
    {
        var name = $"{typeof(RecordedRows).Namespace}.{migration}.json";
        using var stream = typeof(RecordedRows).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"Migration {migration} has no recorded rows: add Core/Storage/Upgrades/{migration}.json with what the app writes into the tables that it brings.");
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(stream)!;
    }
}
