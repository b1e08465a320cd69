using System.Collections.Concurrent;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>Gathers rows column by column, as arrays for <c>unnest</c>: one statement and one plan for any number of rows.</summary>
internal sealed class PostgresColumns : RowSink
{
    private static readonly ConcurrentDictionary<object, string> s_upserts = new(ReferenceEqualityComparer.Instance);

    private readonly object[] _columns;
    private readonly ColumnType[] _types;
    private int _row;
    private int _column;

    private PostgresColumns(ColumnType[] types, int rows)
    {
        _types = types;
        _columns = [.. types.Select(type => NewArray(type, rows))];
    }

    public static NpgsqlBatchCommand Upsert<T>(Table<T> table, IReadOnlyList<T> rows)
    {
        var columns = new PostgresColumns([.. table.Columns.Select(c => c.Type)], rows.Count);
        foreach (var row in rows)
        {
            columns._column = 0;
            table.Write(row, columns);
            columns._row++;
        }

        var command = new NpgsqlBatchCommand(s_upserts.GetOrAdd(table, static (_, table) => UpsertSql(table), table));
        foreach (var (array, type) in columns._columns.Zip(columns._types))
            command.Parameters.Add(new NpgsqlParameter { Value = array, NpgsqlDbType = NpgsqlDbType.Array | DbType(type) });
        return command;
    }

    public override void Int16(short? value) => Set(value);

    public override void Int32(int? value) => Set(value);

    public override void Int64(long? value) => Set(value);

    public override void Text(string? value) => Set(value);

    public override void Utf8(byte[]? value) => Set(value is null ? null : Encoding.UTF8.GetString(value));

    public override void Boolean(bool? value) => Set(value);

    public override void Blob(byte[]? value) => Set(value);

    public override void Double(double? value) => Set(value);

    private static string UpsertSql<T>(Table<T> table)
    {
        var names = string.Join(", ", table.Columns.Select(c => c.Name));
        var arrays = string.Join(", ", table.Columns.Select((c, i) => $"${i + 1}::{SqlType(c.Type)}[]"));
        var updates = table.KeepGreatest is { } greatest
            ? $"{greatest} = GREATEST({table.Name}.{greatest}, excluded.{greatest})"
            : string.Join(", ", table.Columns.Select(c => c.Name).Except(table.Key).Select(c => $"{c} = excluded.{c}"));
        return $"INSERT INTO {table.Name} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT ({string.Join(", ", table.Key)}) DO UPDATE SET {updates}{table.OnlyNewer}";
    }

    private void Set<T>(T value) => ((T[])_columns[_column++])[_row] = value;

    private static object NewArray(ColumnType type, int rows) => type switch
    {
        ColumnType.Int16 => new short?[rows],
        ColumnType.Int32 => new int?[rows],
        ColumnType.Int64 => new long?[rows],
        ColumnType.Text => new string?[rows],
        ColumnType.Boolean => new bool?[rows],
        ColumnType.Double => new double?[rows],
        _ => new byte[]?[rows],
    };

    private static string SqlType(ColumnType type) => type switch
    {
        ColumnType.Int16 => "smallint",
        ColumnType.Int32 => "integer",
        ColumnType.Int64 => "bigint",
        ColumnType.Text => "text",
        ColumnType.Boolean => "boolean",
        ColumnType.Double => "double precision",
        _ => "bytea",
    };

    private static NpgsqlDbType DbType(ColumnType type) => type switch
    {
        ColumnType.Int16 => NpgsqlDbType.Smallint,
        ColumnType.Int32 => NpgsqlDbType.Integer,
        ColumnType.Int64 => NpgsqlDbType.Bigint,
        ColumnType.Text => NpgsqlDbType.Text,
        ColumnType.Boolean => NpgsqlDbType.Boolean,
        ColumnType.Double => NpgsqlDbType.Double,
        _ => NpgsqlDbType.Bytea,
    };
}
