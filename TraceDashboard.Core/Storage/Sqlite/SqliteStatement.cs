using System.Buffers;
using System.Text;
using SQLitePCL;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>A prepared statement that takes UTF-8 as it is; Microsoft.Data.Sqlite would want strings and a parameter object for each value.</summary>
internal sealed class SqliteStatement : RowSink, IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _index;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        var result = raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement);
        Check(result);
    }

    public override void Int16(short? value) => Int64(value);

    public override void Int32(int? value) => Int64(value);

    public override void Int64(long? value) =>
        Check(value is { } number ? raw.sqlite3_bind_int64(_statement, ++_index, number) : raw.sqlite3_bind_null(_statement, ++_index));

    public override void Boolean(bool? value) => Int64(value is null ? null : value.Value ? 1 : 0);

    public override void Text(string? value)
    {
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(_statement, ++_index));
            return;
        }

        const int onStack = 512;
        byte[]? rented = null;
        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        var buffer = size <= onStack ? stackalloc byte[onStack] : rented = ArrayPool<byte>.Shared.Rent(size);
        var length = Encoding.UTF8.GetBytes(value, buffer);
        Check(raw.sqlite3_bind_text(_statement, ++_index, buffer[..length]));
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    public override void Utf8(byte[]? value) =>
        Check(value is null ? raw.sqlite3_bind_null(_statement, ++_index) : raw.sqlite3_bind_text(_statement, ++_index, value.AsSpan()));

    public override void Blob(byte[]? value) =>
        Check(value is null ? raw.sqlite3_bind_null(_statement, ++_index) : raw.sqlite3_bind_blob(_statement, ++_index, value.AsSpan()));

    public override void Double(double? value) =>
        Check(value is { } number ? raw.sqlite3_bind_double(_statement, ++_index, number) : raw.sqlite3_bind_null(_statement, ++_index));

    /// <summary>Runs a statement that returns nothing and makes it ready for the next values.</summary>
    public void Execute()
    {
        Step();
        Reset();
    }

    /// <summary>Whether there is a row; <see cref="Reset"/> must follow the last one.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is raw.SQLITE_ROW)
            return true;
        if (result is raw.SQLITE_DONE)
            return false;
        var error = Error(result);
        Reset();
        throw error;
    }

    public long ColumnInt64(int column) => raw.sqlite3_column_int64(_statement, column);

    public bool ColumnIsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public void Reset()
    {
        _index = 0;
        _ = raw.sqlite3_reset(_statement); // repeats the error of the step, which was reported
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw Error(result);
    }

    private Microsoft.Data.Sqlite.SqliteException Error(int result) =>
        new(raw.sqlite3_errmsg(_database).utf8_to_string(), result, raw.sqlite3_extended_errcode(_database));
}
