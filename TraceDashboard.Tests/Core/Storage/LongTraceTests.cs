using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>Traces of so many spans that they are summarised in the background.</summary>
public class LongTraceTests(PostgresCluster cluster)
{
    private static readonly AsyncLocal<Dictionary<string, int>?> s_rowsRead = new();

    static LongTraceTests() => RowQuery.RowRead += table =>
    {
        if (s_rowsRead.Value is { } rows)
            rows[table] = rows.GetValueOrDefault(table) + 1;
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_long_trace_is_marked_and_summarised_in_the_background(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        await WriteAsync(store, 0, SpanWriter.LongTrace);

        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [Span(SpanWriter.LongTrace)], [Named("told while it was long")])], Cancel);
        var marked = await TraceAsync(store);
        var changed = await SummariseAsync(store, await FactsAsync(store));
        var summarised = await TraceAsync(store);

        Assert.True(marked.Stale);
        Assert.Equal(SpanWriter.LongTrace, marked.SpanCount);
        Assert.Equal("t", Assert.Single(changed).TraceId);
        Assert.False(summarised.Stale);
        Assert.Equal(SpanWriter.LongTrace + 1, summarised.SpanCount);
        Assert.True(summarised.Version > marked.Version);
        Assert.Equal("told while it was long", summarised.Name);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Transactions_read_as_many_rows_of_a_trace_however_long_it_is(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var (next, read) = (0, new List<string>());
        foreach (var length in new[] { SpanWriter.LongTrace + 100, 3_000, 9_000 })
        {
            while (next < length)
                next = await WriteAsync(store, next, Math.Min(1_000, length - next));
            // The app's own refresher may have come in between; then the trace stays marked.
            do
                await SummariseAsync(store, await FactsAsync(store));
            while ((await TraceAsync(store)).Stale);
            Assert.Equal(length, (await TraceAsync(store)).SpanCount);

            // A batch to the trace that is summarised, one to the trace that is marked, and the summary.
            var rows = s_rowsRead.Value = [];
            next = await WriteAsync(store, next, 10);
            next = await WriteAsync(store, next, 10);
            await SummariseAsync(store, await FactsAsync(store));
            s_rowsRead.Value = null;
            read.Add(string.Join(", ", rows.OrderBy(r => r.Key).Select(r => $"{r.Key} {r.Value}")));
        }

        Assert.Equal(["traces 3", "traces 3", "traces 3"], read);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_comes_while_a_trace_is_summed_up_is_in_the_next_summary(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var next = await WriteAsync(store, 0, SpanWriter.LongTrace);
        next = await WriteAsync(store, next, 100);
        var facts = await FactsAsync(store);
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [Span(next)], [Named("told meanwhile")])], Cancel);

        await SummariseAsync(store, facts);
        var first = await TraceAsync(store);
        await SummariseAsync(store, await FactsAsync(store));
        var second = await TraceAsync(store);

        Assert.Equal((next, true, "told meanwhile"), (first.SpanCount, first.Stale, first.Name));
        Assert.Equal((next + 1, false, "told meanwhile"), (second.SpanCount, second.Stale, second.Name));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_trace_that_was_deleted_while_it_was_summed_up_stays_deleted(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        await WriteAsync(store, await WriteAsync(store, 0, SpanWriter.LongTrace), 100);
        var facts = await FactsAsync(store);
        await store.Get<SpanWriter>().DeleteAsync(1, "t", Cancel);

        Assert.Empty(await SummariseAsync(store, facts));

        Assert.Empty(await store.Store.ReadAsync((db, ct) => db.Traces.ToListAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Calls_that_are_told_twice_count_once_in_a_long_trace_too(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        const int Pairs = SpanWriter.LongTrace;
        foreach (var pairs in Enumerable.Range(0, Pairs).Chunk(100))
            await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [.. pairs.SelectMany(Pair)], [])], Cancel);

        await SummariseAsync(store, await FactsAsync(store));

        Assert.Equal((2 * Pairs, Pairs), (await TraceAsync(store) is var trace ? trace.SpanCount : 0, trace.ModelCalls));
        var counted = await store.Store.ReadAsync((db, ct) => db.Spans.Where(s => s.Counted).Select(s => s.SpanId).ToListAsync(ct), Cancel);
        Assert.Equal(Enumerable.Range(0, Pairs).Select(i => $"inner{i}").Order(), counted.Order());

        static IEnumerable<SpanUpdate> Pair(int number)
        {
            var (outer, inner) = (SpanWriterTests.Call("t", $"outer{number}", 1, 1), SpanWriterTests.Call("t", $"inner{number}", 1, 1));
            (outer.ResponseId, inner.ResponseId, inner.ParentSpanId) = ($"r{number}", $"r{number}", outer.SpanId);
            return [outer, inner];
        }
    }

    private static SpanUpdate Span(int number) => SpanWriterTests.Call("t", $"s{number}", 1, 1);

    private static TraceUpdate Named(string name) => new() { ProjectId = 1, TraceId = "t", Version = default, Name = name };

    /// <returns>The number of the next span.</returns>
    private static async Task<int> WriteAsync(StoreFixture store, int first, int count)
    {
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [.. Enumerable.Range(first, count).Select(Span)], [])], Cancel);
        return first + count;
    }

    private static Task<TraceRow> TraceAsync(StoreFixture store) => store.Store.ReadAsync((db, ct) => db.Traces.SingleAsync(ct), Cancel);

    internal static async Task<TraceFacts> FactsAsync(StoreFixture store, string traceId = "t")
    {
        var traceNo = await store.Store.ReadAsync((db, ct) => db.TraceKeys.Where(k => k.ProjectId == 1 && k.TraceId == traceId).Select(k => k.TraceNo).SingleAsync(ct), Cancel);
        return await TraceFacts.ReadAsync(store.Store, store.Get<PriceBooks>(), 1, traceId, traceNo, Cancel);
    }

    private static Task<IReadOnlyCollection<TraceDashboard.Core.Live.TraceChanged>> SummariseAsync(StoreFixture store, TraceFacts facts) =>
        store.Get<SpanWriter>().SummariseAsync(facts, Cancel);
}
