using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TraceDashboard.Benchmarks.Hosts;

/// <summary>An empty database of a run, with all that belongs to it; gone when disposed.</summary>
internal sealed class BenchStore : IAsyncDisposable
{
    private const string DatabaseFile = "tracedashboard.db";

    private BenchStore(string folder, PostgresServer? postgres)
    {
        Folder = folder;
        Postgres = postgres;
    }

    public string Folder { get; }

    public PostgresServer? Postgres { get; }

    public string Name => Postgres is null ? "SQLite" : "PostgreSQL";

    /// <summary>How the app is told to use it, as <c>key=value</c>.</summary>
    public IReadOnlyList<string> Settings => Postgres is null
        ? ["Database:Provider=Sqlite", "ConnectionStrings:Sqlite=" + SqliteConnectionString]
        : ["Database:Provider=Postgres", "ConnectionStrings:Postgres=" + Postgres.ConnectionString];

    public string SqliteConnectionString => "Data Source=" + Path.Combine(Folder, DatabaseFile);

    public static async Task<BenchStore> CreateAsync(bool postgres, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("bench-").FullName;
        return new BenchStore(folder, postgres ? await PostgresServer.StartAsync(cancellationToken) : null);
    }

    private DbConnection Connect() => Postgres is null
        ? new SqliteConnection(SqliteConnectionString + ";Mode=ReadWrite;Pooling=False")
        : new NpgsqlConnection(Postgres.ConnectionString);

    public async Task<string?> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = Connect();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;
        return Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    public async Task<long> CountSpansAsync(CancellationToken cancellationToken) =>
        long.Parse(await QueryAsync("SELECT count(*) FROM spans", cancellationToken) ?? "0", CultureInfo.InvariantCulture);

    /// <summary>Bytes of all tables and indexes.</summary>
    public async Task<long> SizeAsync(CancellationToken cancellationToken) => long.Parse(
        await QueryAsync(
            Postgres is null ? "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size" : "SELECT pg_database_size(current_database())",
            cancellationToken) ?? "0",
        CultureInfo.InvariantCulture);

    /// <summary>Bytes on the disk: SQLite's file and its write-ahead log, or what PostgreSQL says of the database.</summary>
    public async Task<(long Data, long Log)> DiskAsync(CancellationToken cancellationToken)
    {
        if (Postgres is not null)
            return (await SizeAsync(cancellationToken), 0);
        var log = new FileInfo(Path.Combine(Folder, DatabaseFile + "-wal"));
        return (new FileInfo(Path.Combine(Folder, DatabaseFile)).Length, log.Exists ? log.Length : 0);
    }

    /// <summary>Waits until the app has made the rollups of all that is stored.</summary>
    public async Task RolledUpAsync(CancellationToken cancellationToken)
    {
        while (await QueryAsync("SELECT count(*) FROM dirty_buckets", cancellationToken) != "0")
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Postgres is not null)
            await Postgres.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
