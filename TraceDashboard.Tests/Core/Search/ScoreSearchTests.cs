using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Search;

/// <summary>Lists of traces by their scores, and with them.</summary>
public sealed class ScoreSearchTests(PostgresCluster cluster)
{
    private int _lastId;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Traces_are_found_by_a_score_of_theirs_or_of_a_span(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var (low, high, good, bad, mood, none) = (Trace("low"), Trace("high"), Trace("good"), Trace("bad"), Trace("mood"), Trace("none"));
        var foreign = StoredRows.Trace(2, "foreign");
        await fixture.Store.InsertAsync(
            low, high, good, bad, mood, none, foreign,
            Number(low, "relevance", 0.25), Number(high, "relevance", 0.5, s => s.SpanId = "s"), Number(high, "other", 0.1),
            Boolean(good, "helpful", true), Boolean(bad, "helpful", false),
            Category(mood, "my mood", "so \"so\""), Category(good, "helpful", "true"),
            Number(none, "relevance", 0.25, s => s.DeletedAt = 1), Number(foreign, "relevance", 0.25));

        Assert.Equal(["high", "low"], await FindAsync("relevance"));
        Assert.Equal(["high", "low"], await FindAsync("relevance:*"));
        Assert.Equal(["low"], await FindAsync("relevance:<0.5"));
        Assert.Equal(["high", "low"], await FindAsync("relevance:<=0.5"));
        Assert.Equal(["high"], await FindAsync("relevance:>0.25"));
        Assert.Equal(["high", "low"], await FindAsync("relevance:>=0.25"));
        Assert.Equal(["low"], await FindAsync("relevance:0.25"));
        Assert.Equal(["low"], await FindAsync("relevance:=2.5e-1"));
        Assert.Equal(["good"], await FindAsync("helpful:true"));
        Assert.Equal(["bad"], await FindAsync("helpful:False"));
        Assert.Equal(["good"], await FindAsync("helpful:\"true\""));
        Assert.Equal(["mood"], await FindAsync("my mood:\"so \\\"so\\\"\""));
        Assert.Empty(await FindAsync("my mood:so"));
        Assert.Empty(await FindAsync("\"no\\0such\uD800\":\"\uD800\""));

        async Task<string[]> FindAsync(string condition)
        {
            Assert.True(ScoreCondition.TryParse(condition, out var score), condition);
            var filter = new TraceFilter { Score = score };
            var search = fixture.Get<TraceSearch>();
            var found = (await search.SearchAsync(1, filter, TraceOrder.NewestFirst, null, 100, Cancel)).Items.Select(i => i.TraceId).Order().ToArray();
            Assert.Equal(new TraceCount(found.Length, true), await search.CountAsync(1, filter, Cancel));
            Assert.Equal(found, (await search.RefreshAsync(1, filter, ["low", "high", "good", "bad", "mood", "none", "foreign"], Cancel)).Select(i => i.TraceId).Order());
            return found;
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Items_and_the_list_say_what_their_scores_come_to(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var (a, b, bare, early) = (Trace("a"), Trace("b"), Trace("bare"), Trace("early", t => t.StartTime -= UnixNanos.PerSecond));
        var foreign = StoredRows.Trace(2, "foreign");
        await fixture.Store.InsertAsync(
            a, b, bare, early, foreign,
            Number(a, "relevance", 0.5), Number(a, "relevance", 0.9, s => s.SpanId = "s"), Number(a, "relevance", 7, s => s.DeletedAt = 1),
            Boolean(a, "helpful", true), Boolean(b, "helpful", false), Boolean(b, "helpful", false), Boolean(b, "helpful", true),
            Category(b, "mood", "happy"), Category(b, "mood", "sad"), Category(b, "mood", "sad"),
            Number(b, "relevance", 0.1),
            Score(b, "remark", s => (s.DataType, s.StringValue) = ((short)ScoreDataType.Text, "free")),
            Number(early, "relevance", 100), Number(foreign, "relevance", 100));
        var search = fixture.Get<TraceSearch>();
        var filter = new TraceFilter { From = UnixNanos.ToDateTimeOffset(StoredRows.Start) };

        var items = (await search.SearchAsync(1, filter, TraceOrder.NewestFirst, null, 10, Cancel)).Items.ToDictionary(i => i.TraceId);

        Assert.Equal([Of("helpful", ScoreDataType.Boolean, 1, 1), Of("relevance", ScoreDataType.Numeric, 2, 0.7)], Rounded(items["a"].Scores));
        Assert.Equal(
            [Of("helpful", ScoreDataType.Boolean, 3, 0.3333), Of("mood", ScoreDataType.Categorical, 3, null, "sad", 2), Of("relevance", ScoreDataType.Numeric, 1, 0.1)],
            Rounded(items["b"].Scores));
        Assert.Empty(items["bare"].Scores);
        Assert.Equal(items["a"].Scores, Assert.Single(await search.RefreshAsync(1, filter, ["a"], Cancel)).Scores);
        Assert.Equal(items["b"].Scores, await search.ScoresOfAsync(1, "b", Cancel));
        Assert.Empty(await search.ScoresOfAsync(2, "b", Cancel));

        Assert.Equal(
            [Of("helpful", ScoreDataType.Boolean, 4, 0.5), Of("mood", ScoreDataType.Categorical, 3, null, "sad", 2), Of("relevance", ScoreDataType.Numeric, 3, 0.5)],
            Rounded(await search.ScoresAsync(1, filter, Cancel)));
        Assert.Equal(
            [Of("relevance", ScoreDataType.Numeric, 1, 0.1)],
            Rounded(await search.ScoresAsync(1, filter with { Score = new() { Name = "mood" } }, Cancel)).Where(s => s.Name == "relevance"));

        var names = await search.ScoreNamesAsync(1, Cancel);
        Assert.Equal(["helpful", "relevance", "mood"], names.Select(n => n.Average.Name));
        Assert.Equal(["sad", "happy"], names[2].Categories);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_largest_numbers_have_a_mean(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var trace = Trace("t");
        await fixture.Store.InsertAsync(trace, Number(trace, "huge", double.MaxValue), Number(trace, "huge", double.MaxValue));

        Assert.Equal(double.MaxValue, Assert.Single(await fixture.Get<TraceSearch>().ScoresAsync(1, new(), Cancel)).Mean);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Scores_are_found_through_the_index_of_their_traces(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertTracesAsync(5_000);
        await ScoreEachAsync(fixture.Store);
        var search = fixture.Get<TraceSearch>();
        using var log = new CommandLog();

        var filter = new TraceFilter { From = UnixNanos.ToDateTimeOffset(StoredRows.Start), Score = new() { Name = "quality", Operator = ">", Number = 0.5 } };
        Assert.Equal(10, (await search.SearchAsync(1, filter, TraceOrder.NewestFirst, null, 10, Cancel)).Items.Count);
        var plans = await log.TakePlansAsync(fixture.Store, Cancel);
        Assert.Equal(2, plans.Count);
        Assert.All(plans, p => Assert.Contains("ix_scores_trace", p, StringComparison.Ordinal));

        Assert.Equal(2, (await search.RefreshAsync(1, filter with { Score = new() { Name = "quality" } }, ["t1", "t2"], Cancel)).Count);
        plans = await log.TakePlansAsync(fixture.Store, Cancel);
        Assert.Equal(2, plans.Count);
        Assert.All(plans, p => Assert.Contains("ix_scores_trace", p, StringComparison.Ordinal));

        _ = await search.ScoreNamesAsync(1, Cancel);
        Assert.Contains("ix_scores_time", Assert.Single(await log.TakePlansAsync(fixture.Store, Cancel)), StringComparison.Ordinal);

        // On PostgreSQL the planner weighs the two; nearly all scores are wanted here.
        _ = await search.ScoresAsync(1, new(), Cancel);
        var averages = Assert.Single(await log.TakePlansAsync(fixture.Store, Cancel));
        if (provider == DatabaseProvider.Sqlite)
            Assert.Contains("ix_scores_trace", averages, StringComparison.Ordinal);
    }

    private static ScoreAverage Of(string name, ScoreDataType type, int count, double? mean, string? category = null, int categoryCount = 0) =>
        new(name, type, count, mean, category, categoryCount);

    private static IEnumerable<ScoreAverage> Rounded(IEnumerable<ScoreAverage> averages) =>
        averages.Select(a => a with { Mean = a.Mean is { } mean ? Math.Round(mean, 4) : null });

    private static Task<int> ScoreEachAsync(TraceStore store) => store.WriteAsync(
        async (db, ct) =>
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO scores (project_id, id, trace_no, trace_id, name, data_type, value, source, environment, timestamp, received_at, version_time, version_hash)
                SELECT 1, trace_id, trace_no, trace_id, 'quality', 0, (trace_no % 100) / 100.0, 0, 'default', {StoredRows.Start}, 0, 0, 0 FROM trace_keys WHERE project_id = 1
                """,
                ct);
            if (store.Provider == DatabaseProvider.Postgres)
                await db.Database.ExecuteSqlAsync($"ANALYZE scores", ct);
            return 0;
        },
        Cancel);

    private static TraceRow Trace(string traceId, Action<TraceRow>? change = null) => StoredRows.Trace(1, traceId, change);

    private ScoreRow Number(TraceRow trace, string name, double value, Action<ScoreRow>? change = null) =>
        Score(trace, name, s =>
        {
            s.Value = value;
            change?.Invoke(s);
        });

    private ScoreRow Boolean(TraceRow trace, string name, bool value) =>
        Score(trace, name, s => (s.DataType, s.Value, s.StringValue) = ((short)ScoreDataType.Boolean, value ? 1 : 0, value ? "True" : "False"));

    private ScoreRow Category(TraceRow trace, string name, string value) =>
        Score(trace, name, s => (s.DataType, s.StringValue) = ((short)ScoreDataType.Categorical, value));

    private ScoreRow Score(TraceRow trace, string name, Action<ScoreRow> change)
    {
        var row = new ScoreRow
        {
            ProjectId = trace.ProjectId,
            Id = $"score-{++_lastId}",
            TraceNo = trace.TraceNo,
            TraceId = trace.TraceId,
            Name = name,
            Environment = "default",
            Timestamp = StoredRows.Start + _lastId,
        };
        change(row);
        return row;
    }

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider) => StoreFixture.CreateAsync(
        provider, cluster, services => services.AddSearch().AddSingleton<TimeProvider>(new FakeTimeProvider(UnixNanos.ToDateTimeOffset(StoredRows.Start).AddHours(1))));
}
