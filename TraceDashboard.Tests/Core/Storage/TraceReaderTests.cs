using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

public class TraceReaderTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Reads_a_trace_as_it_was_stored(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await fixture.Store.InsertAsync(StoredRows.Trace(1, "t1", t =>
        {
            t.Name = "answer";
            t.EndTime = t.StartTime + 4_000;
            t.Status = (short)SpanStatus.Ok;
            t.Models = "\na\nb\n";
            t.Tags = """["x","y"]""";
            t.Cost = 1_500_000_000_000;
            t.TokensIn = 12;
            t.UserId = "u";
            t.Version = 7;
        }));

        var trace = await fixture.Get<TraceReader>().GetTraceAsync(1, "t1", Cancel);

        Assert.NotNull(trace);
        Assert.Equal(("answer", 7L, 1.5m, 12L, "u"), (trace.Name, trace.Version, trace.Cost, trace.TokensIn, trace.UserId));
        Assert.Null(trace.TokensOut);
        Assert.Null(trace.Ttft);
        Assert.Equal(["a", "b"], trace.Models);
        Assert.Equal(["x", "y"], trace.Tags);
        Assert.Equal(TimeSpan.FromMicroseconds(4), trace.EndTime - trace.StartTime);
        Assert.Equal(TraceActivity.Finished, trace.Activity);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Reads_all_spans_with_the_version_of_their_trace(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var trace = StoredRows.Trace(1, "t1", t => t.Version = 3);
        var usage = new TokenUsage { Input = 1, CacheRead = 2, CacheWrite5m = 3, CacheWrite1h = 4, Output = 5, Reasoning = 6, InputAudio = 7, OutputAudio = 8, InputImage = 9, OutputImage = 10, Rule = UsageRule.InputIncludesCache };
        usage = usage with { Unsplit = 11, Other = """{"searches":1}""" };
        var layers = new LayeredCall { Usage = usage, Cost = new Cost(0.25m, CostSource.Reported), Model = "answered", StartTime = 1, Status = SpanStatus.Error };
        await fixture.Store.InsertAsync(
            trace,
            StoredRows.Trace(1, "empty", t => t.Version = 9),
            StoredRows.Span(trace, "open", s => (s.EndTime, s.ParentSpanId, s.RequestModel) = (null, "call", "asked")),
            StoredRows.Span(trace, "call", s =>
            {
                (s.Kind, s.Status, s.Counted) = ((short)SpanKind.Generation, (short)SpanStatus.Error, true);
                (s.RequestModel, s.ResponseModel, s.ResponseId, s.Provider) = ("asked", "answered", "r", "openai");
                (s.TokensInput, s.TokensCacheRead, s.TokensCacheWrite5m, s.TokensCacheWrite1h, s.TokensOutput) = (1, 2, 3, 4, 5);
                (s.TokensReasoning, s.TokensInputAudio, s.TokensOutputAudio, s.TokensInputImage, s.TokensOutputImage) = (6, 7, 8, 9, 10);
                (s.UsageRule, s.Cost, s.CostSource, s.PriceKey) = ((short)UsageRule.InputIncludesCache, 2_000_000_000_000, (short)CostSource.Computed, "p");
                (s.TokensUnsplit, s.UsageOther, s.ServiceTier, s.Layers) = (11, "{\"searches\":1}", "flex", LayeredCallCodec.Encode(layers));
                s.FirstTokenTime = s.StartTime + 5;
            }));

        var spans = await fixture.Get<TraceReader>().GetSpansAsync(1, "t1", Cancel);

        Assert.NotNull(spans);
        Assert.Equal(3, spans.Version);
        Assert.Equal(
            [
                new SpanFacts
                {
                    SpanId = "call", Name = "call", Kind = SpanKind.Generation, Status = SpanStatus.Error, Model = "answered", RequestModel = "asked", ResponseId = "r", Provider = "openai", ServiceTier = "flex",
                    StartTime = StoredRows.Start, EndTime = StoredRows.Start + UnixNanos.PerSecond, FirstTokenTime = StoredRows.Start + 5,
                    Usage = usage, Cost = new Cost(2m, CostSource.Computed, "p"), Counted = true, Layers = layers, ReceivedAt = StoredRows.Start,
                },
                new SpanFacts { SpanId = "open", Name = "open", ParentSpanId = "call", Model = "asked", RequestModel = "asked", StartTime = StoredRows.Start, ReceivedAt = StoredRows.Start },
            ],
            spans.Spans.OrderBy(s => s.SpanId, StringComparer.Ordinal));

        var empty = await fixture.Get<TraceReader>().GetSpansAsync(1, "empty", Cancel);
        Assert.Equal(9, empty!.Version);
        Assert.Empty(empty.Spans);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Reads_a_span_with_its_contents_and_cuts_long_ones_where_asked(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var trace = StoredRows.Trace(1, "t1");
        await fixture.Store.InsertAsync(
            trace,
            StoredRows.Span(trace, "a", s => s.FinishReason = "stop"),
            new SpanContentRow { TraceNo = trace.TraceNo, SpanId = "a", ContentDay = 20_454, Input = "0123456789", Attributes = "{}" },
            StoredRows.Span(trace, "bare"));
        var reader = fixture.Get<TraceReader>();

        var whole = await reader.GetSpanAsync(1, "t1", "a", null, Cancel);
        var cut = await reader.GetSpanAsync(1, "t1", "a", 4, Cancel);
        var bare = await reader.GetSpanAsync(1, "t1", "bare", 4, Cancel);

        Assert.Equal(("0123456789", 10, null, null, "{}", "stop"), (whole!.Input, whole.InputLength, whole.Output, whole.OutputLength, whole.AttributesJson, whole.FinishReason));
        Assert.Equal(("0123", 10), (cut!.Input, cut.InputLength));
        Assert.Equal((null, null, "bare"), (bare!.Input, bare.InputLength, bare.Facts.Name));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Finds_spans_by_id_name_model_and_error_in_whichever_case(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var (trace, other) = (StoredRows.Trace(1, "t1"), StoredRows.Trace(1, "t2"));
        await fixture.Store.InsertAsync(
            trace,
            other,
            StoredRows.Span(other, "größe elsewhere"),
            StoredRows.Span(trace, "a", s => s.Name = "GRÖSSE: GRÖßE"),
            StoredRows.Span(trace, "b", s => s.ResponseModel = "größe-4"),
            StoredRows.Span(trace, "c", s => s.StatusMessage = "no such Größe"),
            StoredRows.Span(trace, "d", s => (s.RequestModel, s.ErrorType) = ("größe-3", "100%_\\")),
            StoredRows.Span(trace, "größe"));
        var reader = fixture.Get<TraceReader>();

        Assert.Equal(["a", "b", "c", "d", "größe"], (await reader.FindSpansAsync(1, "t1", "GRÖßE", Cancel)).Order(StringComparer.Ordinal));
        Assert.Equal(["d"], await reader.FindSpansAsync(1, "t1", "%_\\", Cancel));
        Assert.Empty(await reader.FindSpansAsync(2, "t1", "a", Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_output_is_the_explicit_one_or_else_the_streamed_pieces_in_order(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var trace = StoredRows.Trace(1, "t1");
        await fixture.Store.InsertAsync(
            trace,
            StoredRows.Span(trace, "streamed"),
            StoredRows.Span(trace, "complete"),
            new SpanContentRow { TraceNo = trace.TraceNo, SpanId = "complete", ContentDay = 20_454, Output = "final" },
            new SpanChunkRow { TraceNo = trace.TraceNo, SpanId = "complete", Sequence = 1, Text = "old" },
            new SpanChunkRow { TraceNo = trace.TraceNo, SpanId = "streamed", Sequence = 10, Text = "c" },
            new SpanChunkRow { TraceNo = trace.TraceNo, SpanId = "streamed", Sequence = 2, Text = "b" },
            new SpanChunkRow { TraceNo = trace.TraceNo, SpanId = "streamed", Sequence = 1, Text = "a" });
        var reader = fixture.Get<TraceReader>();

        var streamed = await reader.GetSpanAsync(1, "t1", "streamed", null, Cancel);
        var cut = await reader.GetSpanAsync(1, "t1", "streamed", 2, Cancel);
        var complete = await reader.GetSpanAsync(1, "t1", "complete", null, Cancel);

        Assert.Equal(("abc", 3, true), (streamed!.Output, streamed.OutputLength, streamed.OutputStreamed));
        Assert.Equal(("ab", 3), (cut!.Output, cut.OutputLength));
        Assert.Equal(("final", 5, false), (complete!.Output, complete.OutputLength, complete.OutputStreamed));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_is_foreign_deleted_or_unknown_looks_the_same_and_costs_the_same(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var foreign = StoredRows.Trace(2, "foreign");
        await fixture.Store.InsertAsync(
            foreign,
            StoredRows.Span(foreign, "s"),
            new TraceKeyRow { ProjectId = 1, TraceId = "deleted", TraceNo = 1_000_000, DeletedAt = 5 });
        var reader = fixture.Get<TraceReader>();
        using var log = new CommandLog();

        var shapes = new List<string>();
        foreach (var id in new[] { "foreign", "deleted", "unknown", "\0\uD800" })
        {
            Assert.Null(await reader.GetTraceAsync(1, id, Cancel));
            Assert.Null(await reader.GetSpansAsync(1, id, Cancel));
            Assert.Null(await reader.GetSpanAsync(1, id, "s", null, Cancel));
            shapes.Add(string.Join(';', log.Take()));
        }

        Assert.NotEqual("", shapes[0]);
        Assert.All(shapes, s => Assert.Equal(shapes[0], s));
        Assert.NotNull(await reader.GetSpanAsync(2, "foreign", "s", null, Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_trace_of_10_000_spans_is_one_command(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var trace = StoredRows.Trace(1, "long");
        await fixture.Store.InsertAsync(trace);
        await fixture.Store.InsertSpansAsync(trace, 10_000);
        using var log = new CommandLog();

        var spans = await fixture.Get<TraceReader>().GetSpansAsync(1, "long", Cancel);

        Assert.Equal(10_000, spans!.Spans.Count);
        Assert.Single(log.Take());
    }

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider) =>
        StoreFixture.CreateAsync(provider, cluster, services => services.AddSearch());
}
