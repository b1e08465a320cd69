using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Sqlite;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage.Sqlite;

public sealed class SqliteCheckpointerTests(PostgresCluster cluster) : IDisposable
{
    private const int PageSize = 16_384;

    private const int MaxPages = 1_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("checkpoint-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "test.db");

    [Fact]
    public async Task Log_is_moved_into_the_file_and_begun_anew_while_commits_go_on()
    {
        var connectionString = $"Data Source={Path};Pooling=False";
        SqliteDatabase.Create(connectionString);
        using var gate = new SqliteWriteGate();
        using var writer = SqliteDatabase.Open(connectionString);
        using var checkpointer = new SqliteCheckpointer(connectionString, gate, NullLogger.Instance, MaxPages);
        Execute(writer, "CREATE TABLE t (x BLOB)");

        for (var round = 0; round < 3; round++)
        {
            var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnMoved() => moved.TrySetResult();
            checkpointer.Moved += OnMoved;
            for (var pages = 0; pages < MaxPages + 100; pages += 100)
            {
                using (await gate.EnterAsync(TestContext.Current.CancellationToken))
                {
                    Execute(writer, $"INSERT INTO t VALUES (randomblob({100 * PageSize}))");
                    checkpointer.Committed(writer.Handle!);
                }
            }

            await moved.Task.WaitAsync(TestContext.Current.CancellationToken);
            checkpointer.Moved -= OnMoved;
        }

        Assert.True(new FileInfo(Path).Length > 2L * MaxPages * PageSize, "The file has not grown: nothing was moved.");
        Assert.True(new FileInfo(Path + "-wal").Length < 3L * MaxPages * PageSize, "The log only grows: it was never begun anew.");
    }

    [Fact]
    public async Task Log_is_moved_for_writers_of_every_kind()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Sqlite, cluster);
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Store.Checkpointer!.Moved += () => moved.TrySetResult();
        await WriteAsync("CREATE TABLE t (x BLOB)");

        for (var pages = 0; pages < SqliteCheckpointer.MaxPages + 100; pages += 100)
            await WriteAsync($"INSERT INTO t VALUES (randomblob({100 * PageSize}))");

        await moved.Task.WaitAsync(TestContext.Current.CancellationToken);

        Task<int> WriteAsync(string sql) => fixture.Store.WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync(sql, ct), TestContext.Current.CancellationToken);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
