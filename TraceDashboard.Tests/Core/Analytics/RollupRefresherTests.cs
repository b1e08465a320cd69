using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Merge;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Analytics;

public class RollupRefresherTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 12, 7, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Rollups_equal_a_recomputation_from_scratch_whatever_arrives_in_whatever_order(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var writer = fixture.Get<SpanWriter>();
        var refresher = fixture.Get<RollupRefresher>();
        var random = new Random(17);
        var batches = Enumerable.Range(0, 200).SelectMany(seed => Batches(seed, random)).ToArray();
        random.Shuffle(batches);

        foreach (var part in batches.Chunk(40))
        {
            await writer.WriteAsync(part, Cancel);
            if (random.Next(3) == 0)
                await refresher.RefreshAsync(Cancel);
            if (random.Next(4) == 0)
                await writer.DeleteAsync(1, $"t{random.Next(200)}", Cancel);
            _time.Advance(TimeSpan.FromMinutes(5));
        }

        await RefreshAllAsync(fixture);
        await refresher.PruneAsync(Cancel);

        Assert.True(await AssertRolledUpAsync(fixture) > 400);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Two_refreshers_beside_a_writer_end_in_what_a_recomputation_gives(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        using var others = provider == DatabaseProvider.Postgres ? OfAnotherProcess(fixture) : null;
        RollupRefresher[] refreshers = [fixture.Get<RollupRefresher>(), Refresher(fixture, others ?? fixture.Store)];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var passes = refreshers.Select(r => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await r.RefreshAsync(Cancel);
            },
            Cancel)).ToList();

        // Each minute gets its two spans one after the other: who has seen one of them only must not have the last word.
        for (var minute = 0; minute < 60; minute++)
        {
            foreach (var spanId in new[] { "a", "b" })
            {
                var span = SpanWriterTests.Call($"t{minute}", spanId, 1, 1);
                span.StartTime = UnixNanos.FromDateTimeOffset(Now.AddMinutes(-minute));
                span.EndTime = span.StartTime + 1_000;
                await fixture.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [span], [])], Cancel);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(passes);
        await RefreshAllAsync(fixture);

        Assert.True(await AssertRolledUpAsync(fixture) > 120);
    }

    // What the first pass has read is old when it writes: had another written in between, its older minute would stand.
    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_pass_that_is_held_up_after_it_has_read_does_not_have_the_last_word(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        using var others = provider == DatabaseProvider.Postgres ? OfAnotherProcess(fixture) : null;
        using var clock = new HeldClock(_time);
        await WriteAsync("a");
        var held = ActivatorUtilities.CreateInstance<RollupRefresher>(fixture.Get<IServiceProvider>(), fixture.Store, clock);
        var pass = Task.Run(() => held.RefreshAsync(Cancel), Cancel);
        await clock.Held.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        await WriteAsync("b");
        var meanwhile = await Refresher(fixture, others ?? fixture.Store).RefreshAsync(Cancel);
        clock.Release();
        await pass;
        await RefreshAllAsync(fixture);

        Assert.Null(meanwhile);
        await AssertRolledUpAsync(fixture);

        Task WriteAsync(string spanId)
        {
            var span = SpanWriterTests.Call("t", spanId, 1, 1);
            (span.StartTime, span.EndTime) = (UnixNanos.FromDateTimeOffset(Now), UnixNanos.FromDateTimeOffset(Now) + 1_000);
            return fixture.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [span], [])], Cancel);
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task While_a_pass_is_under_way_no_other_begins(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        using var others = provider == DatabaseProvider.Postgres ? OfAnotherProcess(fixture) : null;
        await fixture.Store.InsertAsync(Trace("t", Now), Mark(1, Now));

        await using (await WorkClaim.TryTakeAsync(fixture.Store, SharedWork.Rollups, Cancel))
        {
            Assert.Null(await Refresher(fixture, others ?? fixture.Store).RefreshAsync(Cancel));
            Assert.False(await Refresher(fixture, others ?? fixture.Store).PruneAsync(Cancel));
        }

        Assert.Equal(1, await Refresher(fixture, others ?? fixture.Store).RefreshAsync(Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Marks_that_somebody_else_has_consumed_take_back_what_was_computed_for_them(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertAsync(Trace("t", Now), Mark(1, Now));
        var marks = await fixture.Store.ReadAsync((db, ct) => db.DirtyBuckets.ToListAsync(ct), Cancel);
        await fixture.Store.InsertAsync(Mark(1, Now));
        await RefreshAllAsync(fixture);

        Assert.False(await fixture.Store.WriteAsync((db, ct) => RollupWriter.ReplaceAsync(db, 1, 60, [marks[0].Bucket], [], [marks[0].Generation], ct), Cancel));

        Assert.Equal(2, await AssertRolledUpAsync(fixture));
    }

    /// <returns>How many rows there are.</returns>
    private async Task<int> AssertRolledUpAsync(StoreFixture fixture)
    {
        var (expected, actual) = await fixture.Store.ReadAsync(
            async (db, ct) => (
                Naive(await db.Traces.ToListAsync(ct), await db.Spans.ToListAsync(ct), RollupBucket.MinuteHorizon(_time.GetUtcNow())),
                (await db.Rollups.ToListAsync(ct)).Select(Describe).Order(StringComparer.Ordinal).ToList()),
            Cancel);
        Assert.Equal(expected, actual);
        return expected.Count;
    }

    private static TraceStore OfAnotherProcess(StoreFixture fixture) => new(fixture.Get<IOptions<DatabaseOptions>>(), fixture.Get<ILoggerFactory>());

    private static RollupRefresher Refresher(StoreFixture fixture, TraceStore store) =>
        ActivatorUtilities.CreateInstance<RollupRefresher>(fixture.Get<IServiceProvider>(), store);

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Names_that_no_index_takes_whole_are_rolled_up_by_their_beginnings(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var random = new Random(5);
        var name = string.Concat(Enumerable.Range(0, 1_000).Select(_ => (char)random.Next(0x4E00, 0x9FFF)));
        var trace = Trace("t", Now);
        (trace.Name, trace.Environment) = (name, name);
        await fixture.Store.InsertAsync(trace, Mark(1, Now));

        await RefreshAllAsync(fixture);

        var row = Assert.Single(await fixture.Store.ReadAsync((db, ct) => db.Rollups.Where(r => r.Seconds == 60).ToListAsync(ct), Cancel));
        Assert.Equal((name[..199] + "…", name[..199] + "…", 1L), (row.TraceName, row.Environment, row.Count));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_mark_that_is_set_while_a_minute_is_computed_is_not_lost(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var trace = Trace("t", Now);
        await fixture.Store.InsertAsync(trace, Mark(1, Now));
        var marks = await fixture.Store.ReadAsync((db, ct) => db.DirtyBuckets.ToListAsync(ct), Cancel);
        await fixture.Store.InsertAsync(Mark(1, Now));

        await fixture.Store.WriteAsync((db, ct) => RollupWriter.ReplaceAsync(db, 1, 60, [marks[0].Bucket], [], [marks[0].Generation], ct), Cancel);

        Assert.Equal(1, await fixture.Store.ReadAsync((db, ct) => db.DirtyBuckets.CountAsync(ct), Cancel));
        Assert.Equal(1, await fixture.Get<RollupRefresher>().RefreshAsync(Cancel));
        Assert.Equal(0, await fixture.Get<RollupRefresher>().RefreshAsync(Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Late_data_of_a_time_whose_minutes_are_gone_is_added_to_the_quarter_of_an_hour(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertAsync(Trace("a", Now), Mark(1, Now));
        await RefreshAllAsync(fixture);
        Assert.Equal([(60, 1L), (900, 1L)], await CountsAsync());

        _time.Advance(TimeSpan.FromHours(49));
        await fixture.Get<RollupRefresher>().PruneAsync(Cancel);
        await fixture.Store.InsertAsync(Trace("b", Now.AddMinutes(1)), Mark(1, Now.AddMinutes(1)));
        await RefreshAllAsync(fixture);

        Assert.Equal([(900, 2L)], await CountsAsync());

        Task<List<(int, long)>> CountsAsync() => fixture.Store.ReadAsync(
            async (db, ct) => (await db.Rollups.Where(r => r.ProjectId == 1).OrderBy(r => r.Seconds).ToListAsync(ct)).ConvertAll(r => (r.Seconds, r.Count)),
            Cancel);
    }

    [Fact]
    public async Task What_cannot_be_computed_does_not_keep_the_rest_from_it()
    {
        await using var fixture = await CreateAsync(DatabaseProvider.Sqlite);
        await fixture.Store.InsertAsync(
            Trace("t", Now),
            new RollupRow { ProjectId = 1, Seconds = 60, Bucket = Bucket(Now.AddMinutes(-61)), Environment = "default", Kind = -1, Provider = "", Model = "", TraceName = "", Latency = [99] },
            Mark(1, Now.AddHours(-1)));
        await fixture.Store.InsertAsync(Mark(1, Now));

        Assert.Equal(1, await fixture.Get<RollupRefresher>().RefreshAsync(Cancel));

        var left = await fixture.Store.ReadAsync((db, ct) => db.DirtyBuckets.SingleAsync(ct), Cancel);
        Assert.Equal(Bucket(Now.AddHours(-1)), left.Bucket);
    }

    [Fact]
    public async Task Runs_by_itself_while_the_server_runs()
    {
        await using var fixture = await StoreFixture.CreateAsync(
            DatabaseProvider.Sqlite, cluster, services => services.AddAnalytics().AddSingleton<TimeProvider>(_time));
        await fixture.Store.InsertAsync(Trace("t", Now), Mark(1, Now));

        while (await fixture.Store.ReadAsync((db, ct) => db.DirtyBuckets.AnyAsync(ct), Cancel))
            _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, await fixture.Store.ReadAsync((db, ct) => db.Rollups.CountAsync(ct), Cancel));
    }

    [Theory]
    [InlineData(0.1, true, 1.9)]
    [InlineData(0.01, true, 1)]
    [InlineData(2, true, 38)]
    [InlineData(2, false, 1)]
    public void Takes_a_twentieth_of_the_time_under_load_and_pauses_a_second_at_least(double work, bool underLoad, double pause) =>
        Assert.Equal(TimeSpan.FromSeconds(pause), RollupRefresher.PauseAfter(TimeSpan.FromSeconds(work), underLoad, new RollupOptions()));

    internal static long Bucket(DateTimeOffset time) => RollupBucket.Floor(time.ToUnixTimeSeconds(), 60);

    internal static DirtyBucketRow Mark(int projectId, DateTimeOffset time) => new() { ProjectId = projectId, Bucket = Bucket(time) };

    internal static async Task RefreshAllAsync(StoreFixture fixture)
    {
        while (await fixture.Get<RollupRefresher>().RefreshAsync(Cancel) > 0)
        {
        }
    }

    private static TraceRow Trace(string id, DateTimeOffset start) => StoredRows.Trace(1, id, t =>
    {
        t.StartTime = UnixNanos.FromDateTimeOffset(start);
        t.EndTime = t.StartTime + 5;
    });

    // Any updates, moved to times in the minutes that are kept, in those that are not, and about their border.
    private static IEnumerable<IngestBatch> Batches(int seed, Random random)
    {
        var projectId = 1 + (seed % 2);
        var updates = new RandomUpdates(seed, projectId, $"t{seed}");
        var start = random.Next(3) switch
        {
            0 => Now.AddMinutes(-random.Next(120)),
            1 => Now.AddHours(-48).AddMinutes(random.Next(-60, 180)),
            _ => Now.AddDays(-random.Next(3, 20)),
        };
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var span = updates.Span();
            if (span.Has(SpanField.StartTime) && span.StartTime is not null)
                span.StartTime = UnixNanos.FromDateTimeOffset(start.AddSeconds(random.Next(100)));
            if (span.Has(SpanField.EndTime) && span.EndTime is not null)
                span.EndTime = UnixNanos.FromDateTimeOffset(start.AddSeconds(random.Next(200)));
            yield return new IngestBatch(projectId, [span], []);
            if (random.Next(3) == 0)
            {
                var trace = updates.Trace();
                if (trace.Has(TraceField.Timestamp) && trace.Timestamp is not null)
                    trace.Timestamp = UnixNanos.FromDateTimeOffset(start.AddSeconds(random.Next(-50, 50)));
                yield return new IngestBatch(projectId, [], [trace]);
            }
        }
    }

    private static List<string> Naive(List<TraceRow> traces, List<SpanRow> spans, long minuteHorizon)
    {
        var traceOf = traces.ToDictionary(t => t.TraceNo);
        var rows = new List<RollupRow>();
        foreach (var seconds in new[] { 60, 900 })
        {
            long BucketOf(long nanos) => nanos / 1_000_000_000 / seconds * seconds;
            rows.AddRange(traces.GroupBy(t => (t.ProjectId, Bucket: BucketOf(t.StartTime), t.Environment, Name: t.Name ?? "")).Select(g => new RollupRow
            {
                ProjectId = g.Key.ProjectId,
                Seconds = seconds,
                Bucket = g.Key.Bucket,
                Environment = g.Key.Environment,
                Kind = -1,
                Provider = "",
                Model = "",
                TraceName = g.Key.Name,
                Count = g.Count(),
                Errors = g.Count(t => t.Status == (short)SpanStatus.Error),
                Latency = Sketch(g.Select(t => t.EndTime - t.StartTime)),
                Ttft = Sketch(g.Select(t => t.Ttft)),
            }));
            rows.AddRange(
                from s in spans
                where s.StartTime is not null
                let t = traceOf[s.TraceNo]
                group s by (s.ProjectId, Bucket: BucketOf(s.StartTime ?? 0), t.Environment, s.Kind, Provider: s.Provider ?? "", Model: s.ResponseModel ?? s.RequestModel ?? "", Name: t.Name ?? "") into g
                let calls = g.Where(s => s.Counted).ToList()
                select new RollupRow
                {
                    ProjectId = g.Key.ProjectId,
                    Seconds = seconds,
                    Bucket = g.Key.Bucket,
                    Environment = g.Key.Environment,
                    Kind = g.Key.Kind,
                    Provider = g.Key.Provider,
                    Model = g.Key.Model,
                    TraceName = g.Key.Name,
                    Count = g.Count(),
                    Errors = g.Count(s => s.Status == (short)SpanStatus.Error),
                    Calls = calls.Count,
                    Unpriced = calls.Count(s => s.Cost is null),
                    TokensIn = calls.Sum(s => SpanRowMapper.ToUsage(s)?.InputTotal ?? 0),
                    TokensCached = calls.Sum(s => s.TokensCacheRead ?? 0),
                    TokensOut = calls.Sum(s => SpanRowMapper.ToUsage(s)?.OutputTotal ?? 0),
                    Cost = calls.Sum(s => s.Cost ?? 0),
                    Latency = Sketch(g.Select(s => s.EndTime - s.StartTime)),
                    Ttft = Sketch(g.Select(s => s.FirstTokenTime - s.StartTime).Where(t => t >= 0)),
                });
        }

        return [.. rows.Where(r => r.Seconds == 900 || r.Bucket >= minuteHorizon).Select(Describe).Order(StringComparer.Ordinal)];
    }

    private static byte[]? Sketch(IEnumerable<long?> durations)
    {
        var sketch = new LatencySketch();
        foreach (var duration in durations.OfType<long>())
            sketch.Add(duration);
        return sketch.Encode();
    }

    private static string Describe(RollupRow r) => string.Create(
        CultureInfo.InvariantCulture,
        $"{r.ProjectId}/{r.Seconds}/{r.Bucket}/{r.Environment}/{r.Kind}/{r.Provider}/{r.Model}/{r.TraceName}: {r.Count} {r.Errors} {r.Calls} {r.Unpriced} {r.TokensIn} {r.TokensCached} {r.TokensOut} {r.Cost} {Convert.ToHexString(r.Latency ?? [])} {Convert.ToHexString(r.Ttft ?? [])}");

    // Not hosted: what it does is in the hands of the test.
    private async Task<StoreFixture> CreateAsync(DatabaseProvider provider)
    {
        var fixture = await StoreFixture.CreateAsync(
            provider, cluster, services => services.AddSingleton<RollupRefresher>().AddSingleton<TimeProvider>(_time));
        var projects = await fixture.Store.ReadAsync((db, ct) => db.Projects.Select(p => p.Id).ToListAsync(ct), Cancel);
        await fixture.Store.InsertAsync(new[] { 1, 2 }.Except(projects).Select(id => new ProjectRow { Id = id, Name = $"p{id}" }));
        return fixture;
    }

    /// <summary>Holds a pass up when it looks at the time again: it has read a minute then, and not yet written it.</summary>
    private sealed class HeldClock(TimeProvider time) : TimeProvider, IDisposable
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();
        private int _looks;

        public Task Held => _held.Task;

        public void Release() => _released.Set();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp()
        {
            if (Interlocked.Increment(ref _looks) == 2)
            {
                _held.SetResult();
                _released.Wait(Cancel);
            }

            return time.GetTimestamp();
        }

        public void Dispose() => _released.Dispose();
    }
}
