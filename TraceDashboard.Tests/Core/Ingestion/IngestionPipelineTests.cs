using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion;

public sealed class IngestionPipelineTests(PostgresCluster cluster) : IDisposable
{
    private readonly TestLog _log = new();

    public void Dispose() => _log.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_waits_during_a_commit_becomes_the_next_transaction(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider, ("Ingestion:PostgresWriters", "1"));
        var pipeline = store.Get<IngestionPipeline>();

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => pipeline.WriteAsync(Batch($"t{i}"), Cancel)));

        Assert.All(results, r => Assert.Empty(r.Rejected));
        Assert.Equal(200, await store.Store.ReadAsync((db, ct) => db.Spans.CountAsync(ct), Cancel));

        // Each transaction marks each minute once: far fewer marks than senders means that they shared transactions.
        Assert.InRange(await store.Store.ReadAsync((db, ct) => db.DirtyBuckets.CountAsync(ct), Cancel), 1, 100);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_comes_in_within_the_interval_is_written_together(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider, ("Ingestion:CommitInterval", "00:00:01"));
        var pipeline = store.Get<IngestionPipeline>();
        await pipeline.WriteAsync(Batch("first"), Cancel);

        var writes = new List<Task>();
        for (var i = 0; i < 10; i++)
        {
            writes.Add(pipeline.WriteAsync(Batch($"t{i}"), Cancel));

            // Takes longer than to begin a transaction: without the interval these would be several.
            await store.Store.ReadAsync((db, ct) => db.Spans.CountAsync(ct), Cancel);
        }

        await Task.WhenAll(writes);

        // Each transaction marks the minute of the spans once.
        Assert.Equal(2, await store.Store.ReadAsync((db, ct) => db.DirtyBuckets.CountAsync(ct), Cancel));
        Assert.Equal(11, await store.Store.ReadAsync((db, ct) => db.Spans.CountAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_span_that_the_database_refuses_costs_only_itself(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await store.Store.WriteAsync(
            (db, ct) => db.Database.ExecuteSqlRawAsync(
                provider == DatabaseProvider.Sqlite
                    ? "CREATE TRIGGER refuse BEFORE INSERT ON spans WHEN NEW.name = 'refuse me' BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END"
                    : "ALTER TABLE spans ADD CONSTRAINT refused CHECK (name <> 'refuse me')",
                ct),
            Cancel);
        var pipeline = store.Get<IngestionPipeline>();
        var bad = Batch("bad");
        var refused = SpanWriterTests.Call("bad", "refused", 1, 1);
        refused.Name = "refuse me";

        var results = await Task.WhenAll(
            pipeline.WriteAsync(Batch("good"), Cancel),
            pipeline.WriteAsync(bad with { Spans = [.. bad.Spans, refused, SpanWriterTests.Call("bad", "after", 1, 1)] }, Cancel),
            pipeline.WriteAsync(Batch("also good"), Cancel));

        Assert.Empty(results[0].Rejected);
        var rejected = Assert.Single(results[1].Rejected);
        Assert.Equal(("bad", "refused"), (rejected.TraceId, rejected.SpanId));
        Assert.Equal("The store refused it: a value is none that it can hold.", rejected.Reason); // nothing of its SQL
        Assert.Empty(results[2].Rejected);
        Assert.Equal(["a", "a", "a", "after"], await store.Store.ReadAsync((db, ct) => db.Spans.OrderBy(s => s.SpanId).Select(s => s.SpanId).ToListAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_trace_whose_own_fields_the_database_refuses_is_named_and_keeps_its_spans(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await store.Store.WriteAsync(
            (db, ct) => db.Database.ExecuteSqlRawAsync(
                provider == DatabaseProvider.Sqlite
                    ? "CREATE TRIGGER refuse BEFORE INSERT ON traces WHEN NEW.user_id = 'refuse me' BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END"
                    : "ALTER TABLE traces ADD CONSTRAINT refused CHECK (user_id <> 'refuse me')",
                ct),
            Cancel);
        var batch = Batch("bad");
        var trace = new TraceUpdate { ProjectId = batch.ProjectId, TraceId = "bad", Version = new UpdateVersion(1, 1, 0), UserId = "refuse me" };

        var result = await store.Get<IngestionPipeline>().WriteAsync(batch with { Traces = [trace] }, Cancel);

        Assert.Empty(result.Rejected);
        var (traceId, reason) = Assert.Single(result.RejectedTraces);
        Assert.Equal("bad", traceId);
        Assert.Equal("The store refused it: a value is none that it can hold.", reason);
        Assert.Equal(1, await store.Store.ReadAsync((db, ct) => db.Spans.CountAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Spans_are_refused_with_what_they_say_of_their_trace_and_cost_no_other_trace(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await store.Store.WriteAsync(
            (db, ct) => db.Database.ExecuteSqlRawAsync(
                provider == DatabaseProvider.Sqlite
                    ? "CREATE TRIGGER refuse BEFORE INSERT ON traces WHEN NEW.user_id = 'refuse me' BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END"
                    : "ALTER TABLE traces ADD CONSTRAINT refused CHECK (user_id <> 'refuse me')",
                ct),
            Cancel);
        var batch = new IngestBatch(
            1,
            [SpanWriterTests.Call("good", "a", 1, 1), SpanWriterTests.Call("bad", "b", 1, 1), SpanWriterTests.Call("bad", "c", 1, 1), SpanWriterTests.Call("good", "d", 1, 1)],
            [
                new TraceUpdate { ProjectId = 1, TraceId = "bad", Version = new UpdateVersion(2, 1, 0), OfSpans = true, UserId = "refuse me" },
                new TraceUpdate { ProjectId = 1, TraceId = "good", Version = new UpdateVersion(2, 1, 0), OfSpans = true, UserId = "u" },
            ]);

        var result = await store.Get<IngestionPipeline>().WriteAsync(batch, Cancel);

        Assert.Equal(["bad/b", "bad/c"], result.Rejected.Select(r => $"{r.TraceId}/{r.SpanId}"));
        Assert.Empty(result.RejectedTraces);
        Assert.Equal(["a", "d"], await store.Store.ReadAsync((db, ct) => db.Spans.OrderBy(s => s.SpanId).Select(s => s.SpanId).ToListAsync(ct), Cancel));
        Assert.Equal(["good of u"], await store.Store.ReadAsync((db, ct) => db.Traces.Select(t => t.TraceId + " of " + t.UserId).ToListAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_fault_of_ours_costs_one_sender_who_is_told_to_come_again_and_is_an_error_in_the_log(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider, ("Ingestion:PostgresWriters", "1"));
        var pipeline = store.Get<IngestionPipeline>();
        var faulty = new IngestBatch(1, [SpanWriterTests.Call("faulty", "a", 1, 1), Broken(1), Broken(2)], []);

        var writes = new[] { Batch("good"), faulty, Batch("also good") }.Select(b => pipeline.WriteAsync(b, Cancel)).ToArray();

        Assert.Empty((await writes[0]).Rejected);
        var error = await Assert.ThrowsAsync<UnavailableException>(() => writes[1]);
        Assert.IsAssignableFrom<JsonException>(error.InnerException);
        Assert.Empty((await writes[2]).Rejected);
        Assert.Equal(["also good", "good"], await store.Store.ReadAsync((db, ct) => db.Traces.OrderBy(t => t.TraceId).Select(t => t.TraceId).ToListAsync(ct), Cancel));
        var entry = Assert.Single(_log.Entries, e => e.Level == LogLevel.Error);
        Assert.Same(error.InnerException, entry.Exception);

        // No mapper lets such attributes through.
        static SpanUpdate Broken(long time) =>
            new() { ProjectId = 1, TraceId = "faulty", SpanId = "b", Version = new UpdateVersion(1, time, 0), Attributes = "no JSON"u8.ToArray() };
    }

    [Fact]
    public async Task A_stopping_server_writes_what_it_has_taken_in_and_takes_nothing_more()
    {
        await using var store = await CreateAsync(DatabaseProvider.Sqlite);
        var pipeline = store.Get<IngestionPipeline>();
        await store.Get<ProjectSettingsStore>().GetAsync(1, Cancel); // else the writes wait for them first
        Task<IngestResult>[] taken;
        Task stop;
        using (await store.Store.WriteGate!.EnterAsync(Cancel))
        {
            taken = [.. Enumerable.Range(0, 50).Select(i => pipeline.WriteAsync(Batch($"t{i}"), Cancel))];
            stop = pipeline.StopAsync(Cancel);
            Assert.Throws<UnavailableException>(() => store.Get<Admission>().Enter(default));
            await Assert.ThrowsAsync<UnavailableException>(() => pipeline.WriteAsync(Batch("late"), Cancel));
        }

        await stop;

        await Task.WhenAll(taken);
        Assert.Equal(50, await store.Store.ReadAsync((db, ct) => db.Traces.CountAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Reading_does_not_block_writing(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        var pipeline = store.Get<IngestionPipeline>();
        await pipeline.WriteAsync(Batch("before"), Cancel);

        await store.Store.ReadAsync(
            async (db, ct) =>
            {
                // A reader in the middle of its result, for as long as it likes.
                await using var reader = db.Traces.AsAsyncEnumerable().GetAsyncEnumerator(ct);
                Assert.True(await reader.MoveNextAsync());
                await pipeline.WriteAsync(Batch("during"), ct).WaitAsync(TimeSpan.FromSeconds(30), ct);
                return true;
            },
            Cancel);

        Assert.Equal(2, await store.Store.ReadAsync((db, ct) => db.Traces.CountAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_page_that_never_looks_holds_up_no_sender_and_misses_nothing(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider, ("Live:SignalInterval", "00:00:00.001"));
        using var page = store.Get<LiveFeed>().Subscribe(1);
        var sent = Enumerable.Range(0, 20).Select(i => $"t{i}").ToHashSet();

        foreach (var traceId in sent)
            await store.Get<IngestionPipeline>().WriteAsync(Batch(traceId), Cancel).WaitAsync(TimeSpan.FromSeconds(10), Cancel);

        var told = new HashSet<string>();
        while (told.Count < sent.Count)
            told.UnionWith((await page.WaitAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancel)).TraceIds);
        Assert.Equal(sent, told);
    }

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider, params (string, string)[] settings) =>
        StoreFixture.CreateAsync(
            provider, cluster,
            services =>
            {
                services.AddIngestion();
                services.AddSingleton<ILoggerProvider>(_log);
            },
            settings);

    private static IngestBatch Batch(string traceId) => new(1, [SpanWriterTests.Call(traceId, "a", 1, 1)], []);
}
