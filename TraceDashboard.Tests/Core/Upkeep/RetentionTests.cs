using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Upkeep;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Upkeep;

/// <summary>What is too old goes, and nothing else.</summary>
public class RetentionTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Old_contents_go_with_their_previews_and_pieces_and_the_spans_stay(DatabaseProvider provider)
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(provider, time);
        await KeepAsync(store, 1, new RetentionSettings(10, null));
        await KeepAsync(store, 2, new RetentionSettings(1_000, null));
        await WriteAsync(store, 1, "old", time);
        await WriteAsync(store, 2, "other project", time);
        time.Advance(TimeSpan.FromDays(8));
        await WriteAsync(store, 1, "new", time);
        time.Advance(TimeSpan.FromDays(3));

        await RunAsync(store);

        Assert.Equal(["new", "other project"], await TracesWithContentsAsync(store));
        var old = (await store.Get<TraceReader>().GetTraceAsync(1, "old", Cancel))!;
        Assert.Equal((2, null, null, "u_1"), (old.SpanCount, old.InputPreview, old.OutputPreview, old.UserId));
        Assert.NotNull((await store.Get<TraceReader>().GetTraceAsync(1, "new", Cancel))!.InputPreview);
        Assert.NotNull((await store.Get<TraceReader>().GetTraceAsync(2, "other project", Cancel))!.InputPreview);
        Assert.Equal(4, await store.Store.ReadAsync((db, ct) => db.Spans.CountAsync(s => s.ProjectId == 1, ct), Cancel));
        Assert.DoesNotContain("asked", string.Concat(await store.Store.ReadAsync((db, ct) => db.Traces.Where(t => t.TraceId == "old").Select(t => t.SearchText!).ToListAsync(ct), Cancel)), StringComparison.Ordinal);
        var run = Assert.Single(await store.Get<RetentionHistory>().ListAsync(1, 10, Cancel));
        Assert.Equal((0, 2L, null), (run.Traces, run.Spans, run.Error));
        Assert.NotNull(run.FinishedAt);
        Assert.Empty(await store.Get<RetentionHistory>().ListAsync(2, 10, Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Old_traces_go_for_good_and_the_charts_stay(DatabaseProvider provider)
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(provider, time);
        await KeepAsync(store, 1, new RetentionSettings(null, 10));
        await WriteAsync(store, 1, "old", time);
        await WriteAsync(store, 1, "goes on", time);
        await WriteAsync(store, 2, "other project", time);
        time.Advance(TimeSpan.FromDays(9));
        await WriteAsync(store, 1, "goes on", time, "later");
        var charts = await ChartsAsync(store);
        Assert.NotEmpty(charts);
        time.Advance(TimeSpan.FromDays(2));

        await RunAsync(store);

        Assert.Equal(["goes on", "other project"], await store.Store.ReadAsync((db, ct) => db.Traces.OrderBy(t => t.TraceId).Select(t => t.TraceId).ToListAsync(ct), Cancel));
        Assert.Equal(["goes on", "other project"], await TracesWithContentsAsync(store));
        Assert.Equal(charts, await ChartsAsync(store));

        // A retry is taken in and dropped; what is deleted by hand afterwards leaves the charts alone too.
        await WriteAsync(store, 1, "old", time);
        Assert.Null(await store.Get<TraceReader>().GetTraceAsync(1, "old", Cancel));
        Assert.True(await store.Get<TraceDeletion>().DeleteTraceAsync(2, "other project", Cancel));
        await store.Store.WriteAsync((db, ct) => db.Database.ExecuteSqlAsync($"INSERT INTO dirty_buckets (project_id, bucket) VALUES (1, {s_start.ToUnixTimeSeconds()})", ct), Cancel);
        Assert.Equal(charts.Where(c => c.ProjectId == 1), await ChartsAsync(store));
        Assert.Equal((1L, 2L), (await store.Get<RetentionHistory>().ListAsync(1, 10, Cancel)).Select(r => (r.Traces, r.Spans)).Single());

        // When it has been silent long enough, what went on goes as well: at the latest on the next day.
        time.Advance(TimeSpan.FromDays(10));
        await RunAsync(store);
        Assert.Empty(await store.Store.ReadAsync((db, ct) => db.Traces.Select(t => t.TraceId).ToListAsync(ct), Cancel));
        Assert.Equal(
            (0, 0, 0, 0, 0),
            (await CountAsync<SpanRow>(store), await CountAsync<SpanContentRow>(store), await CountAsync<SpanChunkRow>(store), await CountAsync<MetadataValueRow>(store), await CountAsync<ScoreRow>(store)));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_comes_after_the_contents_went_is_kept_its_own_time(DatabaseProvider provider)
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(provider, time);
        await KeepAsync(store, 1, new RetentionSettings(10, null));
        await KeepAsync(store, 2, new RetentionSettings(10, null));
        await WriteAsync(store, 1, "t", time);
        time.Advance(TimeSpan.FromDays(11));
        await RunAsync(store);
        Assert.Empty(await TracesWithContentsAsync(store));

        // The same span goes on: its day may be gone, so its contents are of today.
        var late = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "root", Version = new UpdateVersion(3, UnixNanos.FromDateTimeOffset(time.GetUtcNow()), 0), Hash = 77, Output = "late"u8.ToArray() };
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [late], [])], Cancel);
        Assert.Equal("late", (await store.Get<TraceReader>().GetSpanAsync(1, "t", "root", null, Cancel))!.Output);
        time.Advance(TimeSpan.FromDays(9));
        await RunAsync(store);
        Assert.Equal(["t"], await TracesWithContentsAsync(store));
        time.Advance(TimeSpan.FromDays(2));
        await RunAsync(store);
        Assert.Empty(await TracesWithContentsAsync(store));
    }

    [Fact]
    public async Task On_SQLite_the_file_shrinks_and_no_write_is_long()
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(DatabaseProvider.Sqlite, time);
        await KeepAsync(store, 1, new RetentionSettings(10, null));
        var text = new byte[4_000];
        new Random(1).NextBytes(text);
        var content = System.Text.Encoding.UTF8.GetBytes(Convert.ToBase64String(text));
        for (var batch = 0; batch < 10; batch++)
        {
            var spans = Enumerable.Range(0, 200).Select(i =>
            {
                var span = SpanWriterTests.Call($"t{batch}", $"s{i}", 1, 1);
                span.Input = content;
                return span;
            });
            await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [.. spans], [])], Cancel);
        }

        var before = await PagesAsync();
        time.Advance(TimeSpan.FromDays(11));

        await RunAsync(store);

        Assert.Equal(0, await CountAsync<SpanContentRow>(store));
        Assert.Equal(2_000, await CountAsync<SpanRow>(store));
        var run = Assert.Single(await store.Get<RetentionHistory>().ListAsync(1, 1, Cancel));
        Assert.InRange(await PagesAsync(), 1, before / 4);
        Assert.Equal((before - await PagesAsync()) * 16_384, run.Bytes);
        Assert.Equal(2_000, run.Spans);

        Task<long> PagesAsync() => store.Store.ReadAsync((db, ct) => db.Database.SqlQueryRaw<long>("SELECT page_count AS \"Value\" FROM pragma_page_count").SingleAsync(ct), Cancel);
    }

    [Fact]
    public async Task On_PostgreSQL_a_day_that_nobody_keeps_is_dropped_and_one_process_alone_deletes()
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(DatabaseProvider.Postgres, time);
        await KeepAsync(store, 1, new RetentionSettings(10, null));
        await WriteAsync(store, 1, "t", time);
        await WriteAsync(store, 2, "other", time);
        time.Advance(TimeSpan.FromDays(11));

        // While a project keeps everything the day stays, without the rows of the other.
        await RunAsync(store);
        Assert.Equal(["other"], await TracesWithContentsAsync(store));
        Assert.Equal(1, await PartitionsAsync());

        await KeepAsync(store, 2, new RetentionSettings(5, null));
        await using (await WorkClaim.TryTakeAsync(store.Store, SharedWork.Retention, Cancel))
        {
            Assert.False(await store.Get<RetentionService>().RunAsync(Cancel));
            Assert.Equal(1, await PartitionsAsync());
        }

        await RunAsync(store);
        Assert.Equal(0, await PartitionsAsync());
        var run = Assert.Single(await store.Get<RetentionHistory>().ListAsync(2, 1, Cancel));
        Assert.Equal(2, run.Spans);
        Assert.InRange(run.Bytes, 8_192, 1 << 20);

        Task<long> PartitionsAsync() => store.Store.ReadAsync((db, ct) => db.Database.SqlQueryRaw<long>("SELECT count(*) AS \"Value\" FROM pg_inherits WHERE inhparent = 'span_contents'::regclass").SingleAsync(ct), Cancel);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task That_a_trace_was_deleted_is_forgotten_when_its_senders_have_given_up(DatabaseProvider provider)
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(provider, time);
        await KeepAsync(store, 1, new RetentionSettings(null, 10));
        await WriteAsync(store, 1, "expired", time);
        await WriteAsync(store, 2, "deleted", time);
        await WriteAsync(store, 2, "kept", time);
        time.Advance(TimeSpan.FromDays(11));
        await RunAsync(store);
        Assert.True(await store.Get<TraceDeletion>().DeleteTraceAsync(2, "deleted", Cancel));

        // 30 days, in projects that keep everything too.
        time.Advance(TimeSpan.FromDays(29));
        await RunAsync(store);
        await WriteAsync(store, 1, "expired", time);
        await WriteAsync(store, 2, "deleted", time);
        Assert.Equal(["kept"], await TracesWithContentsAsync(store));
        Assert.Equal(3, await CountAsync<TraceKeyRow>(store));

        time.Advance(TimeSpan.FromDays(2));
        await RunAsync(store);
        Assert.Equal(["kept"], await store.Store.ReadAsync((db, ct) => db.TraceKeys.Select(k => k.TraceId).ToListAsync(ct), Cancel));
        await WriteAsync(store, 2, "deleted", time);
        Assert.Equal(["deleted", "kept"], await TracesWithContentsAsync(store));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_file_that_was_announced_and_never_came_is_forgotten(DatabaseProvider provider)
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(provider, time);
        var media = store.Get<MediaStore>();
        MediaClaim never = Claim('n'), again = Claim('a'), came = Claim('c');
        foreach (var claim in (MediaClaim[])[never, again, came])
            await media.ClaimAsync(1, claim, Cancel);
        await store.Store.WriteAsync((db, ct) => db.Media.Where(m => m.MediaId == came.MediaId).ExecuteUpdateAsync(set => set.SetProperty(m => m.UploadedAt, 1), ct), Cancel);
        time.Advance(TimeSpan.FromHours(23));
        await RunAsync(store);
        Assert.Equal(3, await CountAsync<MediaRow>(store));
        await media.ClaimAsync(1, again, Cancel);
        time.Advance(TimeSpan.FromHours(2));

        await RunAsync(store);

        Assert.Null(await media.FindAsync(1, never.MediaId, Cancel));
        Assert.NotNull(await media.FindAsync(1, again.MediaId, Cancel));
        Assert.NotNull(await media.FindAsync(1, came.MediaId, Cancel));
        Assert.Equal(2, await CountAsync<MediaLinkRow>(store));

        static MediaClaim Claim(char letter) => new("t", null, "input", "image/png", 10, new string(letter, 43) + "=");
    }

    [Fact]
    public async Task Deleting_rests_while_batches_are_written_and_not_without()
    {
        var time = new FakeTimeProvider(s_start);
        await using var store = await CreateAsync(DatabaseProvider.Sqlite, time);
        var pace = new UpkeepPace(store.Get<SpanWriter>(), time, share: 0.05);
        Assert.True(pace.RestAsync(TimeSpan.FromSeconds(1), Cancel).IsCompleted);

        await WriteAsync(store, 1, "t", time);
        var rest = pace.RestAsync(TimeSpan.FromSeconds(1), Cancel);

        time.Advance(TimeSpan.FromSeconds(18.9));
        Assert.False(rest.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        await rest;
        Assert.True(pace.RestAsync(TimeSpan.FromSeconds(1), Cancel).IsCompleted);
    }

    private static async Task RunAsync(StoreFixture store) => Assert.True(await store.Get<RetentionService>().RunAsync(Cancel));

    private static Task<int> CountAsync<T>(StoreFixture store)
        where T : class => store.Store.ReadAsync((db, ct) => db.Set<T>().CountAsync(ct), Cancel);

    private static Task<List<string>> TracesWithContentsAsync(StoreFixture store) => store.Store.ReadAsync(
        (db, ct) => db.Traces.Where(t => db.SpanContents.Any(c => c.TraceNo == t.TraceNo) || db.SpanChunks.Any(c => c.TraceNo == t.TraceNo)).OrderBy(t => t.TraceId).Select(t => t.TraceId).ToListAsync(ct),
        Cancel);

    private static async Task<List<(int ProjectId, long Bucket, short Kind, long Count, long Tokens)>> ChartsAsync(StoreFixture store)
    {
        while (await store.Get<RollupRefresher>().RefreshAsync(Cancel) > 0)
        {
            // until nothing is marked
        }

        return (await store.Store.ReadAsync((db, ct) => db.Rollups.Where(r => r.Seconds == 900).OrderBy(r => r.ProjectId).ThenBy(r => r.Bucket).ThenBy(r => r.Kind).ThenBy(r => r.TraceName).ToListAsync(ct), Cancel))
            .ConvertAll(r => (r.ProjectId, r.Bucket, r.Kind, r.Count, r.TokensIn));
    }

    private static Task KeepAsync(StoreFixture store, int projectId, RetentionSettings retention) =>
        store.Get<ProjectSettingsStore>().SaveAsync(projectId, new ProjectSettings { Retention = retention }, Cancel);

    /// <summary>A call with contents, another one that streams, metadata and a score.</summary>
    private static async Task WriteAsync(StoreFixture store, int projectId, string traceId, TimeProvider time, string prefix = "")
    {
        var now = UnixNanos.FromDateTimeOffset(time.GetUtcNow());
        var version = new UpdateVersion(2, now, 0);
        var root = new SpanUpdate { ProjectId = projectId, TraceId = traceId, SpanId = prefix + "root", Version = version, Hash = 1, Kind = SpanKind.Generation, StartTime = now, EndTime = now + 1_000, Usage = new TokenUsage { Input = 10 }, Input = "asked"u8.ToArray(), Output = "answered"u8.ToArray() };
        var child = new SpanUpdate { ProjectId = projectId, TraceId = traceId, SpanId = prefix + "child", ParentSpanId = prefix + "root", Version = version, Hash = 2, StartTime = now, EndTime = now + 500, Attributes = "{\"a\":1}"u8.ToArray(), Chunks = [new OutputChunk(0, "streamed")] };
        var trace = new TraceUpdate { ProjectId = projectId, TraceId = traceId, Version = version, UserId = "u_1", Metadata = "{\"k\":\"v\"}"u8.ToArray(), Input = "asked"u8.ToArray(), InputPreview = "asked", OutputPreview = "answered" };
        var score = new Score { ProjectId = projectId, Id = traceId + prefix, TraceId = traceId, Name = "good", DataType = ScoreDataType.Numeric, Value = 1, Source = ScoreSource.Api, Environment = "default", Timestamp = now, VersionTime = now, VersionHash = 1 };
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(projectId, [root, child], [trace]) { Scores = [score] }], Cancel);
    }

    private async Task<StoreFixture> CreateAsync(DatabaseProvider provider, FakeTimeProvider time)
    {
        var store = await StoreFixture.CreateAsync(provider, cluster, services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddOptionsSection<RollupOptions>(RollupOptions.Section);
            services.AddSearch();
            services.AddIngestion();
            services.AddSingleton<RollupRefresher>();
            services.AddOptionsSection<RetentionOptions>(RetentionOptions.Section);
            services.AddSingleton<RetentionHistory>();
            services.AddSingleton<RetentionService>();
        });
        await store.Store.WriteAsync(
            async (db, ct) =>
            {
                db.Projects.AddRange(new ProjectRow { Id = 1, Name = "One" }, new ProjectRow { Id = 2, Name = "Two" });
                return await db.SaveChangesAsync(ct);
            },
            Cancel);
        return store;
    }
}
