using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Merge;
using TraceDashboard.Tests.Core.Prices;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>What was written is what is read, on both databases, by an account that shares no code with either: <see cref="ExpectedTrace"/>.</summary>
public class ReadBackTests(PostgresCluster cluster)
{
    private const int Cases = 400;

    // The first is a trace of so many spans that it is summarised later.
    private const int LongTrace = 1_200;

    /// <summary>A day and half a second before the latest time that is sent: some traces are dated further ahead than a list believes.</summary>
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + 2.5).AddDays(-1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task In_whatever_order_updates_come_readers_say_what_the_rules_make_of_all_of_them(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster, s => s.AddSingleton<TimeProvider>(new FakeTimeProvider(s_now)).AddSearch());
        var price = await AddPriceAsync(store);
        var cases = Enumerable.Range(0, Cases).Select(NewCase).ToList();
        var order = new RandomUpdates(4711, 1, "").Shuffled(cases.SelectMany(c => c.Batches()));
        foreach (var transaction in order.Chunk(97))
            await store.Get<SpanWriter>().WriteAsync(transaction, Cancel);
        await store.Get<SpanWriter>().SummariseAsync(await LongTraceTests.FactsAsync(store, cases[0].TraceId), Cancel);

        var reader = store.Get<TraceReader>();
        var listed = await ListAsync(store.Get<TraceSearch>());
        Assert.Equal(Cases, listed.Count);
        foreach (var (traceId, spans, traces) in cases)
        {
            var expected = new ExpectedTrace(traceId, traces, spans, (s_now - DateTimeOffset.UnixEpoch).Ticks * 100, $"own/{price.Id}/1");
            var read = (await reader.GetTraceAsync(1, traceId, Cancel))!;
            AssertSame(Normal(expected.Details), Normal(read with { MetadataJson = ExpectedTrace.Leaves(read.MetadataJson) }));
            AssertSame(expected.Listed, listed[traceId] with { Version = 0 });

            var page = await reader.GetSpanPageAsync(1, traceId, null, int.MaxValue, Cancel);
            Assert.Equal(expected.Spans.Count, page.Count);
            foreach (var (span, stored) in expected.Spans.Zip(page))
                AssertSame(span, Normal(stored));
            var tree = (await reader.GetSpansAsync(1, traceId, Cancel))!.Spans.OrderBy(s => s.SpanId, StringComparer.Ordinal);
            foreach (var (span, facts) in expected.Spans.Zip(tree))
                AssertSame(span.Facts, facts);
            if (expected.Spans.Count > 0)
                AssertSame(expected.Spans[0], Normal((await reader.GetSpanAsync(1, traceId, expected.Spans[0].Facts.SpanId, null, Cancel))!));
        }
    }

    private static Case NewCase(int seed)
    {
        var random = new RandomUpdates(seed, 1, $"t{seed}", spanIds: seed == 0 ? LongTrace : 3);
        SpanUpdate[] spans = [.. Enumerable.Range(0, seed == 0 ? LongTrace : seed % 6).Select(_ => random.Span())];
        foreach (var span in spans)
        {
            // No span tells the call of another.
            if (span.ParentSpanId is not null)
                span.ParentSpanId = "elsewhere";
            if (span.ResponseId is not null)
                span.ResponseId += span.SpanId;
        }

        // A trace that nobody said anything of is none.
        return new Case($"t{seed}", spans, [.. Enumerable.Range(0, Math.Max(seed % 4, spans.Length == 0 ? 1 : 0)).Select(_ => random.Trace())]);
    }

    private static async Task<OwnModelPrice> AddPriceAsync(StoreFixture store)
    {
        var usd = ExpectedTrace.UsdPerMillion;
        var table = new PriceTable
        {
            Input = usd[0],
            CacheRead = usd[1],
            CacheWrite5m = usd[2],
            CacheWrite1h = usd[3],
            AudioInput = usd[4],
            ImageInput = usd[5],
            Output = usd[6],
            Reasoning = usd[7],
            AudioOutput = usd[8],
            ImageOutput = usd[9],
        };
        var result = await store.Get<ModelPriceManager>().AddAsync(1, new ModelPriceDraft("*", ModelMatch.Glob, null, new Period(null, null), table), Cancel);
        Assert.Empty(result.Errors);
        return result.Price!;
    }

    private static async Task<Dictionary<string, TraceListItem>> ListAsync(TraceSearch search)
    {
        var items = new List<TraceListItem>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await search.SearchAsync(1, new TraceFilter(), TraceOrder.NewestFirst, cursor, 400, Cancel);
            items.AddRange(page.Items);
            cursor = page.NextCursor;
        }

        return items.ToDictionary(i => i.TraceId);
    }

    /// <summary>Without what the store itself numbers; lists and JSON so that they can be compared.</summary>
    private static (TraceDetails, string) Normal(TraceDetails trace) => (
        trace with { TraceNo = 0, Version = 0, Models = [], Tags = [], MetadataJson = null },
        $"{string.Join(',', trace.Models)} {string.Join(',', trace.Tags)} {trace.MetadataJson}");

    private static SpanDetails Normal(SpanDetails span) => span with
    {
        AttributesJson = ExpectedTrace.Leaves(span.AttributesJson),
        EventsJson = span.EventsJson is { } events ? ExpectedTrace.Elements(events) : null,
        LinksJson = span.LinksJson is { } links ? ExpectedTrace.Elements(links) : null,
    };

    private static void AssertSame<T>(T expected, T actual) => Assert.True(Equals(expected, actual), $"expected {expected}\nbut read {actual}");

    /// <summary>What is sent of one trace.</summary>
    private sealed record Case(string TraceId, SpanUpdate[] Spans, TraceUpdate[] Traces)
    {
        /// <summary>One update each, some of them again.</summary>
        public IEnumerable<IngestBatch> Batches() =>
            [.. Spans.Concat(Spans.Take(2)).Select(s => new IngestBatch(1, [s], [])), .. Traces.Concat(Traces.Take(1)).Select(t => new IngestBatch(1, [], [t]))];
    }
}
