using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Tests.Core.Analytics;
using TraceDashboard.Tests.Core.Merge;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>A tenant sees only itself.</summary>
public class TenantTests(PostgresCluster cluster)
{
    /// <summary>Of <see cref="SpanWriterTests.Call"/>.</summary>
    private static readonly DateTimeOffset Start = UnixNanos.ToDateTimeOffset(1_700_000_000_000_000_000);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Every_statement_on_a_tenant_table_names_the_project_or_a_trace_number(DatabaseProvider provider)
    {
        using var log = new SqlLog();
        await using var store = await CreateAsync(provider, log);
        log.Clear();

        await WriteAsync(store);
        await ReadAllAsync(store, 1, "t1", "s0");
        await ReadListsAsync(store, 1);

        var tenant = log.Statements.Where(TenantGuard.IsOfTenants).ToList();
        Assert.True(tenant.Count > 30, $"only {tenant.Count} statements were seen");
        Assert.DoesNotContain(tenant, s => !TenantGuard.NamesTenant(s));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Lists_and_sums_of_another_project_are_those_of_an_empty_one(DatabaseProvider provider)
    {
        using var log = new SqlLog();
        await using var store = await CreateAsync(provider, log);
        var empty = await ReadListsAsync(store, 2);

        await WriteAsync(store);

        Assert.Equal(empty, await ReadListsAsync(store, 2));
        Assert.NotEqual(empty, await ReadListsAsync(store, 1));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Ids_of_another_project_answer_like_unknown_ones_with_as_many_statements(DatabaseProvider provider)
    {
        using var log = new SqlLog();
        await using var store = await CreateAsync(provider, log);
        await WriteAsync(store);

        var foreign = await MeasureAsync("t1", "s0");
        var unknown = await MeasureAsync("no-such-trace", "no-such-span");

        Assert.Equal(unknown, foreign);

        async Task<(int Statements, string Answers)> MeasureAsync(string traceId, string spanId)
        {
            log.Clear();
            var answers = await ReadAllAsync(store, 2, traceId, spanId);
            return (log.Statements.Count(TenantGuard.IsOfTenants), answers);
        }
    }

    private static async Task WriteAsync(StoreFixture store)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new RandomUpdates(seed, 1, "t1");
            await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [random.Span(), random.Span(), SpanWriterTests.Call("t1", "s0", 1, 1)], [random.Trace()])], Cancel);
        }

        await store.Get<SpanWriter>().SummariseAsync(await LongTraceTests.FactsAsync(store, "t1"), Cancel);
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [], []) { Scores = [ScoreTests.Score("score", "t1", 1)] }], Cancel);
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("gone", "a", 1, 1)], [])], Cancel);
        await store.Get<SpanWriter>().DeleteAsync(1, "gone", Cancel);
        await RollupRefresherTests.RefreshAllAsync(store);
        await store.Get<RollupRefresher>().PruneAsync(Cancel);
    }

    private static async Task<string> ReadListsAsync(StoreFixture store, int projectId)
    {
        var search = store.Get<TraceSearch>();
        var none = new TraceFilter();
        return JsonSerializer.Serialize<object[]>(
        [
            await search.SearchAsync(projectId, none, TraceOrder.MostExpensiveFirst, null, 10, Cancel),
            await search.TopAsync(projectId, none, TraceOrder.SlowestFirst, 10, Cancel),
            await search.CountAsync(projectId, none, Cancel),
            await search.FacetsAsync(projectId, null, null, Cancel),
            await search.ScoresAsync(projectId, none, Cancel),
            await search.ScoreNamesAsync(projectId, Cancel),
            await store.Get<OverviewQueries>().GetAsync(projectId, Start.AddDays(-1), Start.AddDays(1), TimeSpan.Zero, null, Cancel),
        ]);
    }

    private static async Task<string> ReadAllAsync(StoreFixture store, int projectId, string traceId, string spanId)
    {
        var search = store.Get<TraceSearch>();
        var reader = store.Get<TraceReader>();
        var scores = store.Get<ScoreReader>();
        var filter = new TraceFilter { Text = traceId };
        var scored = new TraceFilter { Score = new() { Name = "quality" } };
        object?[] answers =
        [
            (await search.SearchAsync(projectId, filter, TraceOrder.NewestFirst, null, 10, Cancel)).Items.Count,
            await search.CountAsync(projectId, filter, Cancel),
            (await search.RefreshAsync(projectId, filter, [traceId], Cancel)).Count,
            (await search.SearchAsync(projectId, scored, TraceOrder.NewestFirst, null, 10, Cancel)).Items.Count,
            (await search.RefreshAsync(projectId, scored, [traceId], Cancel)).Count,
            (await search.ScoresOfAsync(projectId, traceId, Cancel)).Count,
            await reader.GetTraceAsync(projectId, traceId, Cancel),
            (await reader.GetSpansAsync(projectId, traceId, Cancel))?.Spans.Count,
            await reader.GetSpanAsync(projectId, traceId, spanId, null, Cancel),
            (await reader.GetSpanPageAsync(projectId, traceId, null, 10, Cancel)).Count,
            (await scores.ListAsync(projectId, new ScoreFilter { TraceId = traceId, UserId = "u", TraceTags = ["a"] }, 0, 10, Cancel)).Total,
            await scores.GetAsync(projectId, traceId == "t1" ? "score" : "no-such-score", Cancel),
            projectId == 2 && await scores.DeleteAsync(projectId, traceId == "t1" ? "score" : "no-such-score", Cancel),
        ];
        return string.Join('|', answers);
    }

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider, SqlLog log) => StoreFixture.CreateAsync(
        provider, cluster,
        services =>
        {
            log.AddTo(services);
            services.AddSearch().AddIngestion();
            services.AddSingleton<RollupRefresher>().AddSingleton<OverviewQueries>();
        });
}
