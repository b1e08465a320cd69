using System.Text.RegularExpressions;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Ingestion;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>A tenant sees only itself.</summary>
public partial class TenantTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Every_statement_on_a_tenant_table_names_the_project_or_a_trace_number(DatabaseProvider provider)
    {
        using var log = new SqlLog();
        await using var store = await CreateAsync(provider, log);
        log.Clear();

        await WriteAsync(store);
        await ReadAllAsync(store, 1, "t1", "s0");

        var tenant = log.Statements.Where(s => TenantTable().IsMatch(s)).ToList();
        Assert.True(tenant.Count > 15, $"only {tenant.Count} statements were seen");
        Assert.DoesNotContain(tenant, s => !IsOwnUpkeep(s) && !NamesTenant().IsMatch(s));
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
            return (log.Statements.Count(s => TenantTable().IsMatch(s) && !IsOwnUpkeep(s)), answers);
        }
    }

    private static async Task WriteAsync(StoreFixture store)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new RandomUpdates(seed, 1, "t1");
            await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [random.Span(), random.Span(), SpanWriterTests.Call("t1", "s0", 1, 1)], [random.Trace()])], Cancel);
        }

        await store.Get<SpanWriter>().SummariseAsync([(1, "t1")], Cancel);
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("gone", "a", 1, 1)], [])], Cancel);
        await store.Get<SpanWriter>().DeleteAsync(1, "gone", Cancel);
    }

    private static async Task<string> ReadAllAsync(StoreFixture store, int projectId, string traceId, string spanId)
    {
        var search = store.Get<TraceSearch>();
        var reader = store.Get<TraceReader>();
        var filter = new TraceFilter { Text = traceId };
        object?[] answers =
        [
            (await search.SearchAsync(projectId, filter, TraceOrder.NewestFirst, null, 10, Cancel)).Items.Count,
            await search.CountAsync(projectId, filter, Cancel),
            (await search.RefreshAsync(projectId, filter, [traceId], Cancel)).Count,
            await reader.GetTraceAsync(projectId, traceId, Cancel),
            (await reader.GetSpansAsync(projectId, traceId, Cancel))?.Spans.Count,
            await reader.GetSpanAsync(projectId, traceId, spanId, null, Cancel),
        ];
        await search.FacetsAsync(projectId, null, null, Cancel);
        return string.Join('|', answers);
    }

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider, SqlLog log) => StoreFixture.CreateAsync(
        provider, cluster,
        services =>
        {
            log.AddTo(services);
            services.AddTraceReading().AddIngestion().AddOptionsSection<LiveOptions>(LiveOptions.Section);
        });

    /// <summary>The store looks for its own unfinished work in all projects.</summary>
    private static bool IsOwnUpkeep(string sql) => sql.Contains("stale", StringComparison.Ordinal) && !sql.Contains("span_count", StringComparison.Ordinal);

    [GeneratedRegex("(FROM|INTO|UPDATE|JOIN)\\s+\"?(trace_keys|traces|spans|span_contents|span_chunks|metadata_values|rollups|dirty_buckets)\\b")]
    private static partial Regex TenantTable();

    [GeneratedRegex("(project_id|trace_no)\"?\\s*(=|IN\\b)|INSERT (OR REPLACE )?INTO \\S+ \\([^)]*(project_id|trace_no)|= k\\.(project_id|trace_no)")]
    private static partial Regex NamesTenant();
}
