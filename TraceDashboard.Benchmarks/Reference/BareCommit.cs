using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;

namespace TraceDashboard.Benchmarks.Reference;

/// <summary>What one synced commit of one small row costs on this disk: the floor under every acknowledged write. Frozen.</summary>
internal static class BareCommit
{
    public const int Commits = 500;

    /// <param name="store">The database; nothing of the app in it is touched.</param>
    /// <param name="times">What each commit took.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="pause">Between two commits, to measure beside a load without adding to it.</param>
    public static async Task MeasureAsync(BenchStore store, LatencySample times, CancellationToken cancellationToken, TimeSpan pause = default)
    {
        await using DbConnection connection = store.Postgres is null
            ? new SqliteConnection($"Data Source={Path.Combine(store.Folder, "bare.db")};Pooling=False")
            : new NpgsqlConnection(store.Postgres.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        if (store.Postgres is null)
            await ExecuteAsync("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS bare (id bigint, note text)");
        for (var i = 0; i < Commits; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await ExecuteAsync("INSERT INTO bare VALUES (1, 'a row of a hundred bytes or so, which is what a small update of one open trace comes to')");
            times.Add(Stopwatch.GetElapsedTime(started));
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, cancellationToken);
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
