using System.Collections.Concurrent;
using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Sqlite;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion;

/// <summary>Acknowledged means durable, whatever happens to the process or to the database.</summary>
public class DurabilityTests(PostgresCluster cluster)
{
    private const int SpansPerRequest = 20;

    private static readonly ConcurrentBag<SqliteConnection> s_opened = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task After_a_SIGKILL_during_a_load_every_acknowledged_span_is_there_once(DatabaseProvider provider)
    {
        var folder = Directory.CreateTempSubdirectory("td-kill-").FullName;
        var connectionString = provider == DatabaseProvider.Sqlite
            ? $"Data Source={Path.Combine(folder, "traces.db")}"
            : await cluster.CreateDatabaseAsync(Cancel);
        string[] settings = [$"--Database:Provider={provider}", $"--ConnectionStrings:{provider}={connectionString}"];
        var acknowledged = new ConcurrentBag<int>();
        try
        {
            int sent;
            await using (var app = await AppProcess.StartAsync(settings, Cancel))
            {
                var next = -1;
                var enough = new Milestone(75);
                var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => SendUntilItDiesAsync(app.Client, () => Interlocked.Increment(ref next), acknowledged, enough), Cancel)).ToArray();
                await Task.WhenAny([enough.Task, .. clients]);
                Assert.DoesNotContain(clients, c => c.IsCompleted);
                await app.KillAsync();
                await Task.WhenAll(clients);
                sent = (Volatile.Read(ref next) + 1) * SpansPerRequest;
            }

            await using var again = await AppProcess.StartAsync(settings, Cancel);
            var stored = await StoredAsync(provider, connectionString);
            Assert.Equal(stored.Count, stored.Distinct().Count());
            Assert.Empty(acknowledged.Select(OtlpJson.SpanId).Except(stored));

            // Senders that got no answer send again.
            foreach (var request in Enumerable.Range(0, sent).Chunk(SpansPerRequest))
                (await again.Client.PostOtlpAsync(OtlpJson.Export(request, Start), Cancel)).EnsureSuccessStatusCode();
            stored = await StoredAsync(provider, connectionString);
            Assert.Equal(Enumerable.Range(0, sent).Select(OtlpJson.SpanId).Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
        }
        finally
        {
            if (provider == DatabaseProvider.Sqlite)
                SqliteDatabase.Release(connectionString);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task While_PostgreSQL_is_down_senders_get_503_and_what_they_send_again_is_complete_and_not_doubled()
    {
        await using var own = await PostgresCluster.StartOwnAsync(Cancel);
        var connectionString = await own.CreateDatabaseAsync(Cancel);
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = connectionString });
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        var withoutRetryAfter = 0;
        var stored20 = new Milestone(20);
        var refused10 = new Milestone(10);
        var isBack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var requests = new ConcurrentQueue<int[]>(Enumerable.Range(0, 4_000).Chunk(SpansPerRequest));
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (requests.TryDequeue(out var request))
                {
                    using var answer = await app.Client.PostOtlpAsync(OtlpJson.Export(request, Start), Cancel);
                    statuses.AddOrUpdate(answer.StatusCode, 1, (_, n) => n + 1);
                    if (answer.IsSuccessStatusCode)
                    {
                        stored20.Signal();
                        continue;
                    }

                    if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                        return; // the statuses are checked below

                    if (answer.Headers.RetryAfter is null)
                        Interlocked.Increment(ref withoutRetryAfter);
                    requests.Enqueue(request);
                    refused10.Signal();
                    if (refused10.Task.IsCompleted)
                        await isBack.Task.WaitAsync(Cancel);
                }
            },
            Cancel)).ToArray();

        await Task.WhenAny([stored20.Task, .. load]);
        await own.StopAsync(Cancel);
        await Task.WhenAny([refused10.Task, .. load]);
        await own.StartAsync(Cancel);
        isBack.SetResult();
        await Task.WhenAll(load);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], statuses.Keys.Order());
        Assert.Equal(0, withoutRetryAfter);
        var stored = await StoredAsync(DatabaseProvider.Postgres, connectionString);
        Assert.Equal(Enumerable.Range(0, 4_000).Select(OtlpJson.SpanId).Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Prices_that_cannot_be_read_again_while_PostgreSQL_is_down_refuse_no_span()
    {
        await using var own = await PostgresCluster.StartOwnAsync(Cancel);
        var time = new FakeTimeProvider(Start);
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = await own.CreateDatabaseAsync(Cancel), Services = s => s.AddSingleton<TimeProvider>(time) });
        using (var stored = await app.Client.PostOtlpAsync(OtlpJson.Export([1], Start), Cancel))
            Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
        await own.StopAsync(Cancel);
        time.Advance(PriceBooks.Lifetime);

        using var answer = await app.Client.PostOtlpAsync(OtlpJson.Export([2], Start), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Theory]
    [InlineData("fsync")]
    [InlineData("synchronous_commit")]
    public async Task A_PostgreSQL_that_acknowledges_what_it_may_lose_is_refused_unless_that_is_allowed(string setting)
    {
        await using var own = await PostgresCluster.StartOwnAsync(Cancel, $"-c {setting}=off");
        var database = await own.CreateDatabaseAsync(Cancel);

        var error = await Assert.ThrowsAsync<StartException>(() => TestApp.StartAsync(new TestAppOptions { Postgres = database }));

        Assert.Contains($"{setting}=off", error.Message, StringComparison.Ordinal);
        Assert.Contains("Database:AllowUnsyncedCommit", error.Message, StringComparison.Ordinal);
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = database, Settings = new Dictionary<string, string?> { ["Database:AllowUnsyncedCommit"] = "true" } });
        using var answer = await app.Client.PostOtlpAsync(OtlpJson.Export([1], Start), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task While_the_tables_do_not_fit_senders_get_503_without_a_word_of_SQL_and_nothing_is_lost(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null });
        (await app.Client.PostOtlpAsync(OtlpJson.Export([1], Start), Cancel)).Dispose();
        await ExecuteAsync("ALTER TABLE traces RENAME COLUMN cost TO price");

        using var refused = await app.Client.PostOtlpAsync(OtlpJson.Export([2], Start), Cancel);
        using var ready = await app.Client.GetAsync("/health/ready", Cancel);
        await ExecuteAsync("ALTER TABLE traces RENAME COLUMN price TO cost");
        using var stored = await app.Client.PostOtlpAsync(OtlpJson.Export([2], Start), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        var words = await refused.Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotContain("cost", words, StringComparison.Ordinal);
        Assert.DoesNotContain("SQL", words, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
        Assert.Equal("{}", await stored.Content.ReadAsStringAsync(Cancel));

        Task<int> ExecuteAsync(string sql) => app.Get<TraceStore>().WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync(sql, ct), Cancel);
    }

    [Fact]
    public async Task Once_the_files_of_SQLite_are_deleted_nothing_is_acknowledged_and_the_server_is_not_ready()
    {
        var folder = Directory.CreateTempSubdirectory("td-deleted-").FullName;
        try
        {
            await using var app = await TestApp.StartAsync(new TestAppOptions { Folder = folder });
            using (var stored = await app.Client.PostOtlpAsync(OtlpJson.Export([1], Start), Cancel))
                Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
            foreach (var file in Directory.GetFiles(folder))
                File.Delete(file);

            // Before anything is sent: who asks for nothing but health learns it too.
            using var ready = await app.Client.GetAsync("/health/ready", Cancel);
            using var answer = await app.Client.PostOtlpAsync(OtlpJson.Export([2], Start), Cancel);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("deleted or replaced", await ready.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            await Assert.ThrowsAsync<SqliteException>(() => app.Get<TraceStore>().WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync("DELETE FROM dirty_buckets", ct), Cancel));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task While_the_disk_is_full_the_server_is_not_ready_and_afterwards_it_is_without_anything_being_sent()
    {
        var pages = 0L;
        SqliteDatabase.Opened += Limit;
        try
        {
            await using var app = await TestApp.StartAsync();
            var file = new SqliteConnectionStringBuilder(app.Get<Microsoft.Extensions.Options.IOptions<DatabaseOptions>>().Value.ConnectionString).DataSource;
            using (var stored = await app.Client.PostOtlpAsync(OtlpJson.Export([1], Start), Cancel))
                Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
            foreach (var connection in s_opened.Where(c => c.DataSource == file && c.State == System.Data.ConnectionState.Open))
                Execute(connection, "PRAGMA max_page_count=1");
            Volatile.Write(ref pages, 1);

            HttpStatusCode status;
            var next = 1;
            do
            {
                // As long as there are free pages.
                using var answer = await app.Client.PostOtlpAsync(OtlpJson.Export(Enumerable.Range(++next * 500, 500), Start), Cancel);
                status = answer.StatusCode;
            }
            while (status == HttpStatusCode.OK && next < 20);
            using var full = await app.Client.GetAsync("/health/ready", Cancel);
            Volatile.Write(ref pages, 1 << 20);
            foreach (var connection in s_opened.Where(c => c.DataSource == file && c.State == System.Data.ConnectionState.Open))
                Execute(connection, $"PRAGMA max_page_count={1 << 20}");
            using var ready = await app.Client.GetAsync("/health/ready", Cancel);

            Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (status, full.StatusCode, ready.StatusCode));
            Assert.Contains("disk of the database is full", await full.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        finally
        {
            SqliteDatabase.Opened -= Limit;
        }

        void Limit(SqliteConnection connection)
        {
            s_opened.Add(connection);
            if (Volatile.Read(ref pages) is > 0 and var limit)
                Execute(connection, $"PRAGMA max_page_count={limit}");
        }
    }

    private static DateTimeOffset Start { get; } = DateTimeOffset.UtcNow;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static async Task SendUntilItDiesAsync(HttpClient client, Func<int> next, ConcurrentBag<int> acknowledged, Milestone enough)
    {
        while (true)
        {
            var request = Enumerable.Range(next() * SpansPerRequest, SpansPerRequest).ToArray();
            try
            {
                using var answer = await client.PostOtlpAsync(OtlpJson.Export(request, Start), Cancel);
                answer.EnsureSuccessStatusCode();
            }
            catch (HttpRequestException e) when (e.StatusCode is null)
            {
                return; // the process is gone
            }

            foreach (var number in request)
                acknowledged.Add(number);
            enough.Signal();
        }
    }

    private static async Task<List<string>> StoredAsync(DatabaseProvider provider, string connectionString)
    {
        await using System.Data.Common.DbConnection connection = provider == DatabaseProvider.Sqlite ? new SqliteConnection(connectionString) : new NpgsqlConnection(connectionString + ";Search Path=trace_dashboard");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT s.span_id FROM spans s JOIN traces t ON t.trace_no = s.trace_no";
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var ids = new List<string>();
        while (await reader.ReadAsync(Cancel))
            ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>Is reached when something has happened so many times.</summary>
    private sealed class Milestone(int times)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task Task => _reached.Task;

        public void Signal()
        {
            if (Interlocked.Increment(ref _count) == times)
                _reached.SetResult();
        }
    }
}
