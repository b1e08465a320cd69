using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Clients;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>Contents that come as log records, and what is kept of their spans, on both databases.</summary>
public sealed class LogContentsTests(PostgresCluster cluster)
{
    private const string Chat = """{"gen_ai.operation.name":"chat","gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":1000,"gen_ai.usage.output_tokens":100}""";

    private static readonly JsonNode[] s_asked = [OtlpBodies.Log("gen_ai.system.message", """{"content":"You help."}"""), OtlpBodies.Log("gen_ai.user.message", """{"content":"Where is my parcel?"}""")];

    private static readonly JsonNode[] s_answered = [OtlpBodies.Log("gen_ai.choice", """{"index":0,"message":{"content":"On its way."}}""", millisecond: 500)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Records_before_between_and_after_their_span_end_in_the_same_state(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var arrivals = new (string, Func<OtlpDecoding>)[]
        {
            ("span", () => OtlpDecoding.OfJson(OtlpBodies.Request(OtlpBodies.Span(1, Chat)))),
            ("question", () => OtlpDecoding.OfLogs(s_asked)),
            ("answer", () => OtlpDecoding.OfLogs(s_answered)),
        };
        foreach (var order in new[] { "012", "021", "102", "120", "201", "210", "0120", "12012" })
        {
            await WriteAsync(store, [.. order.Select(o => arrivals[o - '0'].Item2())]);
            var span = await SpanAsync(store);
            var (input, output) = ClientApp.MessagesOf(span);
            Assert.Equal(["system: You help.", "user: Where is my parcel?"], input);
            Assert.Equal(["assistant: On its way."], output);
            Assert.Equal((SpanKind.Generation, true, false, false), (span.Facts.Kind, span.Facts.Counted, span.Facts.OnlyLogs, span.Facts.IsOpen));
            var trace = await TraceAsync(store);
            Assert.Equal((1, 1, TraceActivity.Finished, 1000), (trace.SpanCount, trace.ModelCalls, trace.Activity, trace.TokensIn));
            Assert.Equal(("Where is my parcel?", "On its way."), (trace.InputPreview, trace.OutputPreview));
            await ClearAsync(store);
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_the_span_says_outright_stands_against_records(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        var explicitly = OtlpDecoding.OfJson(OtlpBodies.Request(OtlpBodies.Span(1, """{"gen_ai.operation.name":"chat","input.value":"Asked outright"}""")));
        foreach (var logsFirst in new[] { false, true })
        {
            var logs = OtlpDecoding.OfLogs([.. s_asked, .. s_answered]);
            await WriteAsync(store, logsFirst ? [logs, explicitly] : [explicitly, logs]);
            var span = await SpanAsync(store);
            Assert.Equal("Asked outright", span.Input);
            Assert.Equal(["assistant: On its way."], ClientApp.MessagesOf(span).Output);
            Assert.Equal("Asked outright", (await TraceAsync(store)).InputPreview);
            await ClearAsync(store);
        }
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_span_that_only_records_tell_is_not_open_does_not_count_and_is_marked(DatabaseProvider provider)
    {
        await using var store = await StoreFixture.CreateAsync(provider, cluster);
        await WriteAsync(store, OtlpDecoding.OfLogs([.. s_asked, .. s_answered]));

        var span = await SpanAsync(store);
        Assert.Equal((true, false, false), (span.Facts.OnlyLogs, span.Facts.IsOpen, span.Facts.Counted));
        Assert.Equal(["assistant: On its way."], ClientApp.MessagesOf(span).Output);
        var trace = await TraceAsync(store);
        Assert.Equal((1, 0, 0, TraceActivity.Finished), (trace.SpanCount, trace.ModelCalls, trace.UnpricedCalls, trace.Activity));
        var spans = await store.Get<TraceReader>().GetSpansAsync(7, OtlpBodies.TraceId, Cancel);
        Assert.True(Assert.Single(spans!.Spans).OnlyLogs);
    }

    private static async Task WriteAsync(StoreFixture store, params OtlpDecoding[] arrivals)
    {
        foreach (var arrival in arrivals)
            await store.Get<SpanWriter>().WriteAsync([new IngestBatch(7, arrival.Spans, arrival.Traces)], Cancel);
    }

    private static async Task<SpanDetails> SpanAsync(StoreFixture store) => (await store.Get<TraceReader>().GetSpanAsync(7, OtlpBodies.TraceId, "0000000000000001", null, Cancel))!;

    private static async Task<TraceDetails> TraceAsync(StoreFixture store) => (await store.Get<TraceReader>().GetTraceAsync(7, OtlpBodies.TraceId, Cancel))!;

    private static Task<int> ClearAsync(StoreFixture store) => store.Store.WriteAsync(
        async (db, ct) => await db.TraceKeys.ExecuteDeleteAsync(ct) + await db.Traces.ExecuteDeleteAsync(ct) + await db.Spans.ExecuteDeleteAsync(ct) + await db.SpanContents.ExecuteDeleteAsync(ct),
        Cancel);
}
