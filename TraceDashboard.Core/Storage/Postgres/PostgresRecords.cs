using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Numerics;
using System.Text;
using Npgsql;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>
/// Rows of a table as one array of the table's row type, in PostgreSQL's binary format. To the server that is one value, however
/// many columns there are; <c>unnest</c> of an array for each column takes it several times as long as the rest of the upsert.
/// </summary>
internal sealed class PostgresRecords : RowSink, IDisposable
{
    private const int Null = -1;
    private const int UsualRowSize = 1024;

    private static readonly ConcurrentDictionary<object, string> s_upserts = new(ReferenceEqualityComparer.Instance);

    private readonly PooledBuffer _array;

    // The values of one row, each behind its length, in the order in which the writer has the columns.
    private readonly PooledBuffer _row = new(UsualRowSize);
    private readonly int[] _ends;
    private int _column;

    private PostgresRecords(int columns, int rows)
    {
        _ends = new int[columns];
        _array = new PooledBuffer(rows * UsualRowSize);
    }

    /// <summary>The array as it is sent.</summary>
    public ReadOnlyMemory<byte> Bytes => _array.Written;

    public static PostgresRecords Of<T>(Table<T> table, IReadOnlyList<T> rows, RecordLayout layout)
    {
        var records = new PostgresRecords(table.Columns.Length, rows.Count);
        records._array.Add(1); // dimensions
        records._array.Add(0); // no row is null
        records._array.Add(layout.Type);
        records._array.Add(rows.Count);
        records._array.Add(1); // the first index
        var sources = layout.SourcesOf(table.Columns);
        foreach (var row in rows)
        {
            records._row.Clear();
            records._column = 0;
            table.Write(row, records);
            records.AddRow(layout, sources);
        }

        return records;
    }

    /// <summary>Inserts the rows, or replaces those that are there.</summary>
    public NpgsqlBatchCommand Upsert<T>(Table<T> table) => new(s_upserts.GetOrAdd(table, static (_, table) => UpsertSql(table), table))
    {
        Parameters = { new NpgsqlParameter<PostgresRecords> { TypedValue = this } },
    };

    public override void Int16(short? value) => Integer(value);

    public override void Int32(int? value) => Integer(value);

    public override void Int64(long? value) => Integer(value);

    public override void Double(double? value)
    {
        if (value is { } v)
            BinaryPrimitives.WriteDoubleBigEndian(Value(sizeof(double)), v);
        End(value is null);
    }

    public override void Boolean(bool? value)
    {
        if (value is { } v)
            Value(sizeof(bool))[0] = v ? (byte)1 : (byte)0;
        End(value is null);
    }

    public override void Text(string? value)
    {
        if (value is not null)
            Encoding.UTF8.GetBytes(value, Value(Encoding.UTF8.GetByteCount(value)));
        End(value is null);
    }

    public override void Utf8(byte[]? value) => Blob(value);

    public override void Blob(byte[]? value)
    {
        value?.CopyTo(Value(value.Length));
        End(value is null);
    }

    public void Dispose()
    {
        _array.Dispose();
        _row.Dispose();
    }

    private static string UpsertSql<T>(Table<T> table)
    {
        var names = string.Join(", ", table.Columns.Select(c => c.Name));
        var updates = table.KeepGreatest is { } greatest
            ? $"{greatest} = GREATEST({table.Name}.{greatest}, excluded.{greatest})"
            : string.Join(", ", table.Columns.Select(c => c.Name).Except(table.Key).Select(c => $"{c} = excluded.{c}"));
        return $"INSERT INTO {table.Name} ({names}) SELECT {table.Select} FROM unnest($1::{table.Name}[]) AS t ON CONFLICT ({string.Join(", ", table.Key)}) DO UPDATE SET {updates}{table.OnlyNewer}";
    }

    private void Integer<T>(T? value)
        where T : struct, IBinaryInteger<T>
    {
        if (value is { } v)
            v.WriteBigEndian(Value(v.GetByteCount()));
        End(value is null);
    }

    private Span<byte> Value(int size)
    {
        _row.Add(size);
        return _row.Reserve(size);
    }

    private void End(bool isNull)
    {
        if (isNull)
            _row.Add(Null);
        _ends[_column++] = _row.Length;
    }

    private void AddRow(RecordLayout layout, int[] sources)
    {
        var values = _row.Written.Span;
        var begin = _array.Length;
        _array.Add(0); // the size, known at the end
        _array.Add(sources.Length);
        for (var i = 0; i < sources.Length; i++)
        {
            _array.Add(layout.Columns[i].Type);
            if (sources[i] is >= 0 and var source)
            {
                var value = values[(source == 0 ? 0 : _ends[source - 1]).._ends[source]];
                value.CopyTo(_array.Reserve(value.Length));
            }
            else
            {
                _array.Add(Null);
            }
        }

        BinaryPrimitives.WriteInt32BigEndian(_array.At(begin), _array.Length - begin - sizeof(int));
    }
}
