using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>Opens connections to the database file with the settings that all of them need.</summary>
public static class SqliteDatabase
{
    // FULL syncs each commit: an acknowledgement means that the spans are on the disk.
    // The checkpointer moves the log into the file long before it has as many pages as would make a commit do it.
    private const string ConnectionPragmas =
        "PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=16000;";

    static SqliteDatabase()
    {
        // Counting what SQLite allocates takes one lock of the whole process at each allocation; nobody asks for the count.
        SQLitePCL.Batteries_V2.Init();
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    /// <summary>Sees each connection that is opened; for tests that count statements, which SQLite's driver has no log of.</summary>
    internal static event Action<SqliteConnection>? Opened;

    public static SqliteConnection Open(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        Configure(connection);
        return connection;
    }

    /// <summary>For a file without tables: to be executed before the first.</summary>
    public const string NewFilePragmas = "PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;";

    /// <summary>
    /// Creates the file if there is none. Page size and vacuum mode can only be chosen before the first table exists:
    /// pages of 16 kB nearly double the rate at which spans of 2 kB are written.
    /// </summary>
    public static void Create(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        Execute(connection, NewFilePragmas);
    }

    /// <summary>Closes the pooled connections to the file, which are left open otherwise.</summary>
    public static void Release(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
    }

    internal static void Configure(DbConnection connection)
    {
        Execute(connection, ConnectionPragmas);
        Opened?.Invoke((SqliteConnection)connection);
    }

    private static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>Pragmas belong to a connection, so each one that EF Core opens gets them.</summary>
internal sealed class SqlitePragmaInterceptor : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
        SqliteDatabase.Configure(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        SqliteDatabase.Configure(connection);
        return Task.CompletedTask;
    }
}
