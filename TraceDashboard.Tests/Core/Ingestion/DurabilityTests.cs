using System.Collections.Concurrent;
using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Sqlite;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion;

/// <summary>Acknowledged means durable, whatever happens to the process or to the database.</summary>
public class DurabilityTests(PostgresCluster cluster)
{
    private const int SpansPerRequest = 20;

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

    [Fact]
    public async Task PostgreSQL_runs_with_fsync_and_synchronous_commit()
    {
        await using var store = await StoreFixture.CreateAsync(DatabaseProvider.Postgres, cluster);
        await using var connection = await store.Store.Postgres!.OpenConnectionAsync(Cancel);
        await using var command = new NpgsqlCommand("SELECT current_setting('fsync') || ' ' || current_setting('synchronous_commit')", connection);

        Assert.Equal("on on", await command.ExecuteScalarAsync(Cancel));
    }

    private static DateTimeOffset Start { get; } = DateTimeOffset.UtcNow;

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
        await using System.Data.Common.DbConnection connection = provider == DatabaseProvider.Sqlite ? new SqliteConnection(connectionString) : new NpgsqlConnection(connectionString);
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
