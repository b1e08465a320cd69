using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Upkeep;
using TraceDashboard.Tests.Core.Merge;
using TraceDashboard.Tests.Core.Pricing;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>What the bulk writer promises, on both databases.</summary>
public class SpanWriterTests(PostgresCluster cluster)
{
    // Each case is a trace of its own; written together they take seconds.
    private const int Cases = 10_000;

    // So many of them are traces of so many spans that they are summarised later.
    private const int LongCases = 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Any_order_split_and_repetition_through_two_writers_at_once_ends_in_the_same_state(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        await using var other = ActivatorUtilities.CreateInstance<WriterOwner>(store.Get<IServiceProvider>());
        SpanWriter[] writers = [store.Get<SpanWriter>(), other.Writer];
        var spans = new Dictionary<string, SpanUpdate[]>();
        var traces = new Dictionary<string, TraceUpdate[]>();
        var batches = new List<IngestBatch>();
        for (var seed = 0; seed < Cases; seed++)
        {
            var traceId = $"t{seed}";
            var isLong = seed < LongCases;
            var random = new RandomUpdates(seed, 1, traceId, spanIds: isLong ? 6_000 : 3);
            spans[traceId] = [.. Enumerable.Range(0, isLong ? 4_000 : 1 + (seed % 5)).Select(_ => random.Span())];
            traces[traceId] = [.. Enumerable.Range(0, isLong ? 20 : seed % 3).Select(_ => random.Trace())];
            var again = random.Shuffled(spans[traceId]).Take(2);
            batches.AddRange(spans[traceId].Concat(again).Chunk(isLong ? 100 : 1).Select(s => new IngestBatch(1, s, [])));
            batches.AddRange(traces[traceId].Concat(traces[traceId]).Select(t => new IngestBatch(1, [], [t])));
        }

        // Neighbours in time of one trace fall into different transactions of different writers, in random order.
        var order = new RandomUpdates(4711, 1, "").Shuffled(batches);
        var chunks = order.Chunk(97).ToArray();
        var next = -1;
        await Task.WhenAll(writers.Select(writer => Task.Run(
            async () =>
            {
                while (Interlocked.Increment(ref next) is var i && i < chunks.Length)
                    await writer.WriteAsync(chunks[i], Cancel);
            },
            Cancel)));

        // The app's own refresher ran beside the writers; this is its round after the last of them.
        var refresher = store.Get<IEnumerable<IHostedService>>().OfType<SummaryRefresher>().Single();
        while (await store.Store.ReadAsync((db, ct) => db.Traces.AnyAsync(t => t.Stale, ct), Cancel))
            await refresher.RefreshAsync(Cancel);

        var stored = await StoredSpansAsync(store.Store);
        var counted = (await store.Store.ReadAsync((db, ct) => db.Spans.Where(s => s.Counted).Select(s => new { s.TraceNo, s.SpanId, s.Layers }).ToListAsync(ct), Cancel)).ToLookup(s => s.TraceNo, s => $"{s.SpanId} {s.Layers}");
        var summaries = await store.Store.ReadAsync((db, ct) => db.Traces.ToDictionaryAsync(t => t.TraceId, ct), Cancel);
        Assert.Equal(Cases, summaries.Count);
        Assert.Equal(LongCases, summaries.Values.Count(s => s.SpanCount > SpanWriter.LongTrace));
        foreach (var (traceId, updates) in spans)
        {
            var expected = updates.GroupBy(s => s.SpanId).Select(g => MergeTests.JoinSpans([.. g])).OrderBy(s => s.SpanId, StringComparer.Ordinal).ToArray();
            foreach (var span in expected)
            {
                if (span.Has(SpanField.Kind))
                    span.Kind ??= SpanKind.Span;
                if (span.Has(SpanField.Status))
                    span.Status ??= SpanStatus.Unset;
                if (span.Has(SpanField.Output))
                    span.Chunks = null;
            }

            var summary = summaries[traceId];
            var actual = stored.GetValueOrDefault(summary.TraceNo) ?? [];
            Assert.Equal(expected.Select(MergeTests.Describe), actual.OrderBy(s => s.SpanId, StringComparer.Ordinal).Select(MergeTests.Describe));

            var own = traces[traceId].Length == 0 ? null : MergeTests.JoinTraces(traces[traceId]);
            var ownStored = await OwnAsync(store.Store, summary);
            Assert.Equal(own is null ? null : MergeTests.Describe(own), ownStored is null ? null : MergeTests.Describe(ownStored));

            var facts = expected.Select(s => SpanRowMapper.ToFacts(SpanRowMapper.ToRow(s, summary.TraceNo, 0, 0, TestPrices.Catalogue))).ToList();
            CallLayers.Settle(facts, TestPrices.Catalogue);
            Assert.Equal(
                facts.Where(f => f.Counted).Select(f => $"{f.SpanId} {LayeredCallCodec.Encode(f.Layers)}"), counted[summary.TraceNo].Order(StringComparer.Ordinal));
            Assert.Equal(SummaryOf(summary, own, facts), JsonSerializer.Serialize(summary));
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Writing_the_same_batch_again_changes_nothing(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var random = new RandomUpdates(1, 1, "t");
        IngestBatch[] batches = [new(1, [.. Enumerable.Range(0, 5).Select(_ => random.Span())], [random.Trace()])];
        await store.Get<SpanWriter>().WriteAsync(batches, Cancel);
        var before = await DumpAsync(store.Store);

        var changed = await store.Get<SpanWriter>().WriteAsync(batches, Cancel);

        Assert.Empty(changed);
        Assert.Equal(before, await DumpAsync(store.Store));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_last_update_of_a_span_again_changes_nothing(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var writer = store.Get<SpanWriter>();
        IngestBatch[] update = [new(1, [new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "a", Version = new(2, 2, 0), Hash = 4711, Name = "renamed" }], [])];
        await writer.WriteAsync([new IngestBatch(1, [Call("t", "a", 1, 1)], [])], Cancel);
        await writer.WriteAsync(update, Cancel);
        var before = await DumpAsync(store.Store);

        var changed = await writer.WriteAsync(update, Cancel);

        Assert.Empty(changed);
        Assert.Equal(before, await DumpAsync(store.Store));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_repeated_update_takes_no_other_update_of_the_span_in_its_batch_with_it(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var writer = store.Get<SpanWriter>();
        await writer.WriteAsync([new IngestBatch(1, [Call("t", "a", 1, 1)], [])], Cancel);
        var last = Call("t", "a", 1, 1);

        foreach (var (number, hash) in new[] { (1, 4711), (2, 4712), (3, 4713), (4, 0) })
        {
            var next = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "a", Version = new(3, number, 0), Hash = hash, Name = $"name {number}" };
            SpanUpdate[] batch = number switch
            {
                1 => [last, next],
                2 => [next, last],
                3 => [last, next, next],
                _ => [next, last],
            };
            var changed = await writer.WriteAsync([new IngestBatch(1, batch, [])], Cancel);

            Assert.Single(changed);
            Assert.Equal(next.Name, await store.Store.ReadAsync((db, ct) => db.Spans.Select(s => s.Name).SingleAsync(ct), Cancel));
            await writer.WriteAsync([new IngestBatch(1, [last = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "a", Version = new(3, number, 1), Hash = number, EndTime = number }], [])], Cancel);
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_deleted_trace_stays_deleted_when_its_senders_try_again(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var writer = store.Get<SpanWriter>();
        IngestBatch[] batches = [new(1, [Call("t", "a", 1, 1)], [new TraceUpdate { ProjectId = 1, TraceId = "t", Version = default, Name = "n", Metadata = """{"a":1}"""u8.ToArray() }])];
        await writer.WriteAsync(batches, Cancel);

        var deleted = await writer.DeleteAsync(1, "t", Cancel);
        var changed = await writer.WriteAsync(batches, Cancel);

        Assert.True(deleted);
        Assert.Empty(changed);
        Assert.Equal(0, await CountRowsAsync(store.Store));
        Assert.False(await writer.DeleteAsync(1, "t", Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Deleting_a_trace_of_another_project_answers_like_deleting_an_unknown_one(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var writer = store.Get<SpanWriter>();
        await writer.WriteAsync([new IngestBatch(1, [Call("t", "a", 1, 1)], [])], Cancel);

        Assert.False(await writer.DeleteAsync(2, "t", Cancel));
        Assert.False(await writer.DeleteAsync(2, "no-such-trace", Cancel));

        await writer.WriteAsync([new IngestBatch(2, [Call("t", "a", 1, 1, project: 2)], [])], Cancel);
        Assert.Equal(2, await store.Store.ReadAsync((db, ct) => db.Traces.CountAsync(ct), Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_same_call_seen_by_two_layers_counts_once_whichever_arrives_first(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var outer = Call("t", "outer", 1000, 100);
        var inner = Call("t", "inner", 1000, 100);
        inner.ParentSpanId = "outer";
        var agent = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "agent", Version = default, Kind = SpanKind.Agent, Usage = new TokenUsage { Input = 1000, Output = 100 } };

        foreach (var span in (SpanUpdate[])[outer, agent, inner])
            await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [span], [])], Cancel);

        var trace = await store.Store.ReadAsync((db, ct) => db.Traces.SingleAsync(ct), Cancel);
        var counted = await store.Store.ReadAsync((db, ct) => db.Spans.Where(s => s.Counted).Select(s => s.SpanId).ToListAsync(ct), Cancel);
        Assert.Equal(["inner"], counted);
        Assert.Equal(1, trace.ModelCalls);
        Assert.Equal(1000, trace.TokensIn);
        Assert.Equal(PicoDollars.FromUsd((1000 * 2.50m / 1_000_000) + (100 * 10.00m / 1_000_000)), trace.Cost); // gpt-4o of the price list
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_has_no_price_is_unknown_and_not_free(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var unpriced = Call("t", "a", 1000, 100);
        unpriced.RequestModel = "nobody-knows-this-model";
        var without = Call("t", "b", 1, 1);
        without.Usage = null;

        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [unpriced, without], [])], Cancel);

        var trace = await store.Store.ReadAsync((db, ct) => db.Traces.SingleAsync(ct), Cancel);
        var spans = await store.Store.ReadAsync((db, ct) => db.Spans.OrderBy(s => s.SpanId).ToListAsync(ct), Cancel);
        Assert.Null(trace.Cost);
        Assert.Equal(2, trace.UnpricedCalls);
        Assert.Null(trace.Ttft);
        Assert.All(spans, s => Assert.Null(s.Cost));
        Assert.All(spans, s => Assert.Equal((short)CostSource.Unknown, s.CostSource));
        Assert.Null(spans[1].TokensInput);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Metadata_is_kept_leaf_by_leaf_for_filters(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var update = new TraceUpdate { ProjectId = 1, TraceId = "t", Version = default, Metadata = """{"tenant":"acme","plan":{"tier":3},"a.b/c":true,"gone":null}"""u8.ToArray() };

        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [], [update])], Cancel);

        var values = await store.Store.ReadAsync((db, ct) => db.MetadataValues.OrderBy(m => m.Key).Select(m => $"{m.Key}={m.Value}").ToListAsync(ct), Cancel);
        Assert.Equal(["a.b/c=true", "plan.tier=3", "tenant=acme"], values);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Each_minute_that_a_batch_touches_is_marked_for_the_rollups(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var span = Call("t", "a", 1, 1);
        span.StartTime = 125 * UnixNanos.PerSecond;
        var moved = new SpanUpdate { ProjectId = 1, TraceId = "t", SpanId = "a", Version = new(1, 1, 1), StartTime = 50 * UnixNanos.PerSecond };

        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [span], [])], Cancel);
        await store.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [moved], [])], Cancel);

        var minutes = await store.Store.ReadAsync((db, ct) => db.DirtyBuckets.OrderBy(d => d.Generation).Select(d => d.Bucket).ToListAsync(ct), Cancel);
        Assert.Equal(120, minutes[0]);
        Assert.Equal([0, 120], minutes.Skip(1).Distinct().Order());
    }

    internal static SpanUpdate Call(string traceId, string spanId, long input, long output, int project = 1) => new()
    {
        ProjectId = project,
        TraceId = traceId,
        SpanId = spanId,
        Version = new UpdateVersion(2, 1, 0),
        Hash = string.GetHashCode($"{project}{traceId}{spanId}{input}{output}", StringComparison.Ordinal) | 1,
        Name = "chat gpt-4o",
        Kind = SpanKind.Generation,
        Provider = "openai",
        RequestModel = "gpt-4o",
        ResponseId = "r1" + (spanId is "outer" or "inner" ? "" : spanId),
        StartTime = 1_700_000_000_000_000_000,
        EndTime = 1_700_000_001_000_000_000,
        Usage = new TokenUsage { Input = input, Output = output },
    };

    private static async Task<Dictionary<long, List<SpanUpdate>>> StoredSpansAsync(TraceStore store)
    {
        var rows = await store.ReadAsync((db, ct) => db.Spans.ToListAsync(ct), Cancel);
        var contents = await store.ReadAsync((db, ct) => db.SpanContents.ToDictionaryAsync(c => (c.TraceNo, c.SpanId), ct), Cancel);
        var chunks = (await store.ReadAsync((db, ct) => db.SpanChunks.ToListAsync(ct), Cancel)).ToLookup(c => (c.TraceNo, c.SpanId));
        var ids = await store.ReadAsync((db, ct) => db.TraceKeys.ToDictionaryAsync(k => k.TraceNo, k => k.TraceId, ct), Cancel);
        var spans = new Dictionary<long, List<SpanUpdate>>();
        foreach (var row in rows)
        {
            var span = SpanRowMapper.ToUpdate(row, ids[row.TraceNo], contents.GetValueOrDefault((row.TraceNo, row.SpanId)));
            span.Chunks = [.. chunks[(row.TraceNo, row.SpanId)].Select(c => new OutputChunk(c.Sequence, c.Text))];
            (spans.TryGetValue(row.TraceNo, out var list) ? list : spans[row.TraceNo] = []).Add(span);
        }

        return spans;
    }

    private static async Task<TraceUpdate?> OwnAsync(TraceStore store, TraceRow row)
    {
        if (OwnTrace.Of(row) is not var (own, day))
            return null;
        var fields = own.Fields;
        if (day is not null)
        {
            var contents = await store.ReadAsync((db, ct) => db.SpanContents.SingleAsync(c => c.TraceNo == row.TraceNo && c.SpanId == SpanContentRow.OfTrace && c.ContentDay == day, ct), Cancel);
            (own.Input, own.Output, own.Fields) = (SpanRowMapper.ToUtf8(contents.Input), SpanRowMapper.ToUtf8(contents.Output), fields);
        }

        return own;
    }

    /// <summary>The row that a trace must have when everything of it is known at once.</summary>
    private static string SummaryOf(TraceRow row, TraceUpdate? own, IReadOnlyList<SpanFacts> facts)
    {
        var expected = new TraceRow
        {
            TraceNo = row.TraceNo,
            ProjectId = row.ProjectId,
            TraceId = row.TraceId,
            Environment = "",
            Version = row.Version,
            ReceivedAt = row.ReceivedAt,
            LastActivity = row.LastActivity,
            OwnState = row.OwnState,
        };
        TraceRowBuilder.Apply(expected, own, TraceSummary.Compute(facts));
        return JsonSerializer.Serialize(expected);
    }

    private static Task<int> CountRowsAsync(TraceStore store) => store.ReadAsync(
        async (db, ct) => await db.Traces.CountAsync(ct) + await db.Spans.CountAsync(ct) + await db.SpanContents.CountAsync(ct)
            + await db.SpanChunks.CountAsync(ct) + await db.MetadataValues.CountAsync(ct),
        Cancel);

    private static async Task<string> DumpAsync(TraceStore store)
    {
        var traces = await store.ReadAsync((db, ct) => db.Traces.OrderBy(t => t.TraceNo).ToListAsync(ct), Cancel);
        var spans = await store.ReadAsync((db, ct) => db.Spans.OrderBy(t => t.TraceNo).ThenBy(s => s.SpanId).ToListAsync(ct), Cancel);
        var contents = await store.ReadAsync((db, ct) => db.SpanContents.OrderBy(t => t.TraceNo).ThenBy(s => s.SpanId).ToListAsync(ct), Cancel);
        var chunks = await store.ReadAsync((db, ct) => db.SpanChunks.OrderBy(t => t.TraceNo).ThenBy(s => s.SpanId).ThenBy(s => s.Sequence).ToListAsync(ct), Cancel);
        return JsonSerializer.Serialize<object[]>([traces, spans, contents, chunks]);
    }

    /// <summary>A second writer on the same store, as a second process has one (on PostgreSQL).</summary>
    internal sealed class WriterOwner(IServiceProvider services, TraceStore store) : IAsyncDisposable
    {
        public SpanWriter Writer { get; } = store.Provider == DatabaseProvider.Sqlite
            ? ActivatorUtilities.CreateInstance<TraceDashboard.Core.Storage.Sqlite.SqliteSpanWriter>(services)
            : ActivatorUtilities.CreateInstance<TraceDashboard.Core.Storage.Postgres.PostgresSpanWriter>(services);

        public ValueTask DisposeAsync()
        {
            (Writer as IDisposable)?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
