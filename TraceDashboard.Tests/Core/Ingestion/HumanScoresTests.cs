using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion;

public sealed class HumanScoresTests(PostgresCluster cluster)
{
    private readonly FakeTimeProvider _time = new(UnixNanos.ToDateTimeOffset(StoredRows.Start));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_score_is_given_changed_and_deleted_and_stays_so(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("t", "s", 1, 1)], [])], Cancel);
        var (scores, reader) = (store.Get<HumanScores>(), store.Get<ScoreReader>());
        using var feed = store.Get<LiveFeed>().Subscribe(1);
        var given = HumanScores.New(1, "t", "s", "prod") with { Name = "helpful", Value = 0.5, Comment = "so so" };

        // Sent twice, as when the answer to the first was lost.
        for (var time = 0; time < 2; time++)
            Assert.Equal(HumanScoreOutcome.Saved, await scores.SaveAsync(given, Cancel));
        var stored = Assert.Single(await reader.OfTraceAsync(1, "t", 10, Cancel));
        Assert.Equal(("s", "helpful", 0.5, "so so", ScoreSource.Human, "prod", StoredRows.Start), (stored.SpanId, stored.Name, stored.Value, stored.Comment, stored.Source, stored.Environment, stored.Timestamp));
        Assert.True(HumanScores.MayChange(stored));
        await AssertToldAsync(feed);

        Assert.Equal(HumanScoreOutcome.Saved, await scores.SaveAsync(stored with { DataType = ScoreDataType.Boolean, Value = 1, Text = "True", Comment = null }, Cancel));
        var changed = Assert.Single(await reader.OfTraceAsync(1, "t", 10, Cancel));
        Assert.Equal((ScoreDataType.Boolean, 1, "True", null, StoredRows.Start), (changed.DataType, changed.Value, changed.Text, changed.Comment, changed.Timestamp));
        _time.Advance(TimeSpan.FromSeconds(1));
        await AssertToldAsync(feed);

        Assert.True(await store.Get<TraceDeletion>().DeleteScoreAsync(1, changed.Id, Cancel));
        _time.Advance(TimeSpan.FromSeconds(1));
        await AssertToldAsync(feed);
        Assert.False(await store.Get<TraceDeletion>().DeleteScoreAsync(1, changed.Id, Cancel));
        Assert.Equal(HumanScoreOutcome.Gone, await scores.SaveAsync(changed with { Value = 0, Text = "False" }, Cancel));
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [], []) { Scores = [changed] }], Cancel);
        Assert.Empty(await reader.OfTraceAsync(1, "t", 10, Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_change_counts_whatever_clock_the_score_came_from(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        var ahead = ScoreTests.Score("a", "t", StoredRows.Start + UnixNanos.PerSecond) with { Source = ScoreSource.Human, Value = 1 };
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [], []) { Scores = [ahead] }], Cancel);

        Assert.Equal(HumanScoreOutcome.Saved, await store.Get<HumanScores>().SaveAsync(ahead with { Value = 0 }, Cancel));

        Assert.Equal(0, (await store.Get<ScoreReader>().GetAsync(1, "a", Cancel))!.Score.Value);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Who_scores_a_trace_that_is_gone_is_told(DatabaseProvider provider)
    {
        await using var store = await CreateAsync(provider);
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("t", "s", 1, 1)], [])], Cancel);
        await store.Get<SpanWriter>().DeleteAsync(1, "t", Cancel);

        Assert.Equal(HumanScoreOutcome.NotKept, await store.Get<HumanScores>().SaveAsync(HumanScores.New(1, "t", null, "default") with { Name = "n", Value = 1 }, Cancel));
    }

    private static async Task AssertToldAsync(ChangeSubscription feed) =>
        Assert.True((await feed.WaitAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel)).Contains("t"));

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider) => StoreFixture.CreateAsync(
        provider, cluster,
        services =>
        {
            services.AddSearch().AddIngestion().AddSingleton<TimeProvider>(_time);
        });
}
