using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;

namespace TraceDashboard.Core.Storage;

/// <summary>What a database holds, beside what this version of the app needs.</summary>
internal sealed class StoreSchema
{
    /// <summary>EF Core's table of the migrations that were applied.</summary>
    public const string History = HistoryRepository.DefaultTableName;

    private const int MaxNamed = 5;

    private const string SqliteColumns =
        "SELECT t.name, c.name, c.type FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '!_!_EF%' ESCAPE '!'";

    private const string PostgresColumns =
        """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        """;

    private readonly Dictionary<string, Dictionary<string, string>> _tables = new(StringComparer.Ordinal);
    private readonly IRelationalModel _model;

    private StoreSchema(IRelationalModel model) => _model = model;

    /// <summary>Migrations that the database has.</summary>
    public IReadOnlyList<string> Applied { get; private init; } = [];

    /// <summary>Migrations that this version of the app has.</summary>
    public IReadOnlyList<string> Known { get; private init; } = [];

    public IReadOnlyList<string> Pending => [.. Known.Except(Applied)];

    public static async Task<StoreSchema> ReadAsync(TraceDbContext db, CancellationToken cancellationToken)
    {
        var schema = new StoreSchema(db.Model.GetRelationalModel())
        {
            Applied = [.. await db.Database.GetAppliedMigrationsAsync(cancellationToken)],
            Known = [.. db.Database.GetMigrations()],
        };
        if (!await db.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellationToken))
            return schema;
        await RawQuery.ReadAsync(
            db, db.Database.IsSqlite() ? SqliteColumns : PostgresColumns, [],
            row =>
            {
                if (!schema._tables.TryGetValue(row.GetString(0), out var columns))
                    schema._tables[row.GetString(0)] = columns = new(StringComparer.Ordinal);
                columns[row.GetString(1)] = row.GetString(2);
            },
            cancellationToken);
        return schema;
    }

    /// <summary>Why the app must not touch the database, in words that go on after its name; null when it may.</summary>
    /// <param name="ownsAll">Whether there may be nothing beside our tables: a file belongs to one program.</param>
    public string? Refusal(bool ownsAll)
    {
        var unknown = Applied.Except(Known).ToList();
        if (unknown.Count > 0 && unknown.Count == Applied.Count)
            return $"belongs to another program, whose migration {unknown[^1]} it has.";
        if (unknown.Count > 0)
            return $"was written by a newer version of the app, whose migration {unknown[^1]} it has. Start that version, or restore a backup from before.";
        if (Applied.Count > 0)
            return null;
        var foreign = (ownsAll ? _tables.Keys : _model.Tables.Select(t => t.Name).Where(_tables.ContainsKey)).Order(StringComparer.Ordinal).ToList();
        return foreign.Count == 0 ? null : $"has tables of another program: {Some(foreign)}.";
    }

    /// <summary>Which tables and columns are not as this version needs them; empty when all are.</summary>
    public IReadOnlyList<string> Misfits()
    {
        var misfits = new List<string>();
        foreach (var table in _model.Tables)
        {
            if (!_tables.TryGetValue(table.Name, out var columns))
            {
                misfits.Add($"the table {table.Name} is missing");
                continue;
            }

            foreach (var column in table.Columns)
            {
                if (!columns.TryGetValue(column.Name, out var type))
                    misfits.Add($"{table.Name}.{column.Name} is missing");
                else if (!type.Equals(column.StoreType, StringComparison.OrdinalIgnoreCase))
                    misfits.Add($"{table.Name}.{column.Name} is {type}, not {column.StoreType}");
            }
        }

        return misfits;
    }

    public static string Some(IReadOnlyList<string> items) =>
        string.Join(", ", items.Take(MaxNamed)) + (items.Count > MaxNamed ? $" and {items.Count - MaxNamed} more" : "");
}
