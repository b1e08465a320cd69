using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Sqlite;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

public class StoreInitializerTests(PostgresCluster cluster)
{
    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_new_store_has_the_current_schema(DatabaseProvider provider)
    {
        await using var fixture = await StoreFixture.CreateAsync(provider, cluster);

        var pending = await fixture.Store.ReadAsync((db, ct) => db.Database.GetPendingMigrationsAsync(ct), TestContext.Current.CancellationToken);
        var changed = await fixture.Store.ReadAsync((db, _) => Task.FromResult(db.Database.HasPendingModelChanges()), TestContext.Current.CancellationToken);

        Assert.Empty(pending);
        Assert.False(changed, "the model has changes that no migration has");
    }

    [Fact]
    public async Task SQLite_syncs_each_commit_and_has_pages_of_16_kB()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Sqlite, cluster);

        using var connection = SqliteDatabase.Open(fixture.Store.ConnectionString);

        Assert.Equal(2L, Pragma("synchronous")); // FULL
        Assert.Equal(16384L, Pragma("page_size"));
        Assert.Equal("wal", Pragma("journal_mode"));
        Assert.Equal(2L, Pragma("auto_vacuum")); // incremental

        object? Pragma(string name)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA {name}";
            return command.ExecuteScalar();
        }
    }

    [Fact]
    public async Task The_connection_that_SQLite_is_written_through_syncs_each_commit()
    {
        // Time stands still, so that nothing but the writer is at work.
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Sqlite, cluster, s => s.AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.UtcNow)));
        var opened = new ConcurrentBag<SqliteConnection>();
        SqliteDatabase.Opened += opened.Add;
        try
        {
            await fixture.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("t", "a", 1, 1)], [])], TestContext.Current.CancellationToken);

            var file = new SqliteConnectionStringBuilder(fixture.Store.ConnectionString).DataSource;
            var open = opened.Where(c => c.DataSource == file && c.State == System.Data.ConnectionState.Open).ToList();

            Assert.NotEmpty(open);
            foreach (var connection in open)
            {
                using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA synchronous";
                Assert.Equal(2L, command.ExecuteScalar()); // FULL
            }
        }
        finally
        {
            SqliteDatabase.Opened -= opened.Add;
        }
    }

    [Fact]
    public async Task A_second_process_is_kept_away_from_the_database_file()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Sqlite, cluster);

        Assert.Null(SqliteFile.TryClaim(fixture.Store.ConnectionString));
    }

    [Fact]
    public async Task PostgreSQL_partitions_contents_by_day()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Postgres, cluster);

        var kind = await fixture.Store.ReadAsync(
            (db, ct) => db.Database.SqlQuery<string>($"""SELECT relkind::text AS "Value" FROM pg_class WHERE relname = 'span_contents'""").SingleAsync(ct),
            TestContext.Current.CancellationToken);

        Assert.Equal("p", kind);
    }
}
