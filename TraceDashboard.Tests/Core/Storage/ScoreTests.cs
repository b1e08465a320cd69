using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

public sealed class ScoreTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_later_version_stays_in_whatever_order_they_arrive(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        var older = Score("a", "t", 1) with { Value = 0.1, Comment = "older" };
        var newer = Score("a", "t", 2) with { Value = 0.9, Comment = null, DataType = ScoreDataType.Numeric };

        Score[][] writes = [[newer], [older], [older, newer], [older]];
        foreach (var scores in writes)
        {
            await WriteAsync(store, scores);
            Assert.Equal(newer, Assert.Single((await ListAsync(store, new ScoreFilter())).Items).Score);
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Scores_of_traces_spans_and_sessions_are_found_by_what_they_say(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await store.Get<SpanWriter>().WriteAsync(
            [new IngestBatch(1, [], [new TraceUpdate { ProjectId = 1, TraceId = "t", Version = new UpdateVersion(1, 1, 0), UserId = "u", Tags = ["x", "y"] }])], Cancel);
        await WriteAsync(
            store,
            Score("trace", "t", 1) with { Value = 0.25 },
            Score("span", "t", 2) with { SpanId = "s", DataType = ScoreDataType.Categorical, Value = null, Text = "good", Source = ScoreSource.Human },
            Score("session", null, 3) with { SessionId = "session-1", DataType = ScoreDataType.Boolean, Value = 1, Text = "True", Source = ScoreSource.Evaluator, Environment = "prod" },
            Score("other", "not-there-yet", 4) with { Value = 0.75, Name = "other" });

        Assert.Equal(["other", "session", "span", "trace"], await IdsAsync(new ScoreFilter()));
        Assert.Equal(["span", "trace"], await IdsAsync(new ScoreFilter { TraceId = "t" }));
        Assert.Equal(["span"], await IdsAsync(new ScoreFilter { SpanIds = ["s"] }));
        Assert.Equal(["session"], await IdsAsync(new ScoreFilter { SessionId = "session-1" }));
        Assert.Equal(["session"], await IdsAsync(new ScoreFilter { Environments = ["prod"] }));
        Assert.Equal(["span", "trace"], await IdsAsync(new ScoreFilter { UserId = "u", TraceTags = ["y", "x"] }));
        Assert.Empty(await IdsAsync(new ScoreFilter { TraceTags = ["z"] }));
        Assert.Equal(["span"], await IdsAsync(new ScoreFilter { Source = ScoreSource.Human, DataType = ScoreDataType.Categorical }));
        Assert.Equal(["other", "session"], await IdsAsync(new ScoreFilter { Operator = ">", Value = 0.25 }));
        Assert.Equal(["session", "span"], await IdsAsync(new ScoreFilter { From = 2, To = 4 }));
        Assert.Equal(["other"], await IdsAsync(new ScoreFilter { Name = "other" }));
        Assert.Equal(["session", "trace"], await IdsAsync(new ScoreFilter { Ids = ["trace", "session", "none"] }));
        var page = await store.Get<ScoreReader>().ListAsync(1, new ScoreFilter(), 1, 2, Cancel);
        Assert.Equal((4, "session", "span"), (page.Total, page.Items[0].Score.Id, page.Items[1].Score.Id));

        async Task<IEnumerable<string>> IdsAsync(ScoreFilter filter) => (await ListAsync(store, filter)).Items.Select(s => s.Score.Id);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_deleted_score_stays_deleted_until_a_later_version_comes(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        var score = Score("a", "t", 1) with { Value = 1 };
        await WriteAsync(store, score);

        Assert.False(await store.Get<ScoreReader>().DeleteAsync(2, "a", Cancel));
        Assert.True(await store.Get<ScoreReader>().DeleteAsync(1, "a", Cancel));
        Assert.False(await store.Get<ScoreReader>().DeleteAsync(1, "a", Cancel));
        await WriteAsync(store, score);
        Assert.Null(await store.Get<ScoreReader>().GetAsync(1, "a", Cancel));

        await WriteAsync(store, score with { VersionTime = 2 });
        Assert.NotNull(await store.Get<ScoreReader>().GetAsync(1, "a", Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Scores_go_with_their_trace_and_what_is_still_sent_of_them_is_dropped(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await WriteAsync(store, Score("a", "t", 1), Score("b", null, 1) with { SessionId = "s" });

        Assert.True(await store.Get<SpanWriter>().DeleteAsync(1, "t", Cancel));
        await WriteAsync(store, Score("a", "t", 2), Score("c", "t", 2));

        Assert.Equal("b", Assert.Single((await ListAsync(store, new ScoreFilter())).Items).Score.Id);
        Assert.Equal(1, await store.Store.ReadAsync((db, ct) => db.Scores.CountAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_score_that_comes_before_its_trace_makes_none(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await WriteAsync(store, Score("a", "t", 1));
        Assert.Null(await store.Get<TraceReader>().GetTraceAsync(1, "t", Cancel));

        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("t", "s", 1, 1)], [])], Cancel);
        Assert.Equal(1, (await store.Get<TraceReader>().GetTraceAsync(1, "t", Cancel))!.SpanCount);
    }

    internal static Score Score(string id, string? traceId, long time) => new()
    {
        ProjectId = 1,
        Id = id,
        TraceId = traceId,
        Name = "quality",
        DataType = ScoreDataType.Numeric,
        Source = ScoreSource.Api,
        Environment = "default",
        Timestamp = time,
        VersionTime = time,
        VersionHash = 0,
    };

    private static async Task WriteAsync(StoreFixture store, params Score[] scores) =>
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [], []) { Scores = scores }], Cancel);

    private static Task<(IReadOnlyList<StoredScore> Items, int Total)> ListAsync(StoreFixture store, ScoreFilter filter) =>
        store.Get<ScoreReader>().ListAsync(1, filter, 0, 100, Cancel);

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider) => StoreFixture.CreateAsync(
        provider, cluster, services => services.AddSearch().AddIngestion());
}
