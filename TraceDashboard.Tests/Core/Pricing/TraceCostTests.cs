using System.Globalization;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Pricing;

/// <summary>
/// Whole traces as clients send them, with totals worked by hand in millionths of a dollar. Per million tokens: gpt-4o 2.50 / 10, cache
/// read 1.25; claude-sonnet-4-5 3 / 15.
/// </summary>
public sealed class TraceCostTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow.AddMinutes(-1);

    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // 1000 × 2.50 + 100 × 10 = 3 500; 2000 × 3 + 200 × 15 = 9 000.
    [Fact]
    public Task Nested_calls_that_differ_are_added() => Totals(
        (3000, 300, 0.0125m),
        Call("plan", null, "gpt-4o", 1000, 100, "r-1", from: 0, to: 10),
        Span("search", "plan", "execute_tool", from: 2, to: 6),
        Call("summarise", "search", "claude-sonnet-4-5", 2000, 200, "r-2", from: 3, to: 5));

    // Only the inner one knows of the cache: 600 × 2.50 + 400 × 1.25 + 100 × 10 = 3 000.
    [Fact]
    public Task The_same_call_seen_by_two_instrumentations_is_counted_once() => Totals(
        (1000, 100, 0.003m),
        Call("sdk", null, "gpt-4o", 1000, 100, "r-1", from: 0, to: 10),
        Call("gateway", "sdk", "gpt-4o", 1000, 100, "r-1", from: 1, to: 9, cached: 400));

    // The outer span of an async client ends 0.4 ms before the inner one does, and has no response id: 800 × 2.50 + 30 × 10 = 2 300.
    [Fact]
    public Task A_call_whose_inner_span_ends_after_the_outer_one_is_counted_once() => Totals(
        (800, 30, 0.0023m),
        Span("outer", null, "chat", 0, 2, "gpt-4o", 800, 30),
        Span("inner", "outer", "chat", 1, 2, "gpt-4o", 800, 30, responseId: "r-1").Replace($"\"endTimeUnixNano\":\"{At(2)}", $"\"endTimeUnixNano\":\"{At(2)[..^6]}400000", StringComparison.Ordinal));

    // The outer one knows what was cached and what was reasoning: 600 × 2.50 + 400 × 1.25 + 70 × 10 + 50 × 10 = 3 200, not 3 700.
    [Fact]
    public async Task A_call_is_counted_with_what_either_of_its_layers_knows()
    {
        string[] spans =
        [
            Call("outer", null, "gpt-4o", 1000, 120, "r-1", from: 0, to: 10, cached: 400, reasoning: 50),
            Call("inner", "outer", "gpt-4o", 1000, 120, "r-1", from: 1, to: 9),
        ];

        await Totals((1000, 120, 0.0032m), spans);
        await Totals((1000, 120, 0.0032m), [.. spans.Reverse()]);
        await Totals(
            (1000, 120, 0.0032m),
            Call("outer", null, "gpt-4o", 1000, 120, "r-1", from: 0, to: 10, reasoning: 50),
            Call("inner", "outer", "gpt-4o", 1000, 120, "r-1", from: 1, to: 9, cached: 400));
    }

    // 3 500: two instrumentations whose spans are not in each other.
    [Fact]
    public Task Siblings_with_one_response_id_are_one_call() => Totals(
        (1000, 100, 0.0035m),
        Span("agent", null, "invoke_agent", from: 0, to: 10),
        Call("one", "agent", "gpt-4o", 1000, 100, "r-1", from: 1, to: 4),
        Call("other", "agent", "gpt-4o", 1000, 100, "r-1", from: 1, to: 4));

    // Nothing was answered, so nothing was billed.
    [Fact]
    public async Task A_call_that_was_refused_and_is_told_by_two_layers_is_one_error_and_costs_nothing()
    {
        var outer = Failed(Span("outer", null, "chat", 0, 2, "gpt-4o"));
        var inner = Failed(Span("inner", "outer", "chat", 1, 3, "gpt-4o"));

        var traceId = await Totals((null, null, 0m), outer, inner);

        var trace = (await _app.Get<TraceReader>().GetTraceAsync(1, traceId, Cancel))!;
        Assert.Equal((1, 1, 0), (trace.ModelCalls, trace.ErrorCount, trace.UnpricedCalls));
    }

    [Fact]
    public async Task A_call_that_broke_off_after_its_first_token_has_an_unknown_cost()
    {
        var call = Failed(Span("call", null, "chat", 0, 2, "gpt-4o")).Replace("\"attributes\":[", "\"attributes\":[" + $$"""{"key":"gen_ai.response.time_to_first_chunk","value":{"doubleValue":0.5} },""", StringComparison.Ordinal);

        var traceId = await Totals((null, null, null), call);

        Assert.Equal(1, (await _app.Get<TraceReader>().GetTraceAsync(1, traceId, Cancel))!.UnpricedCalls);
    }

    // What is input and what is output decides the price.
    [Fact]
    public async Task A_total_alone_is_counted_and_has_an_unknown_cost()
    {
        var traceId = await Totals(
            (null, null, null),
            Span("call", null, "chat", 0, 2, "gpt-4o").Replace("\"attributes\":[", "\"attributes\":[" + Number("gen_ai.usage.total_tokens", 500) + ",", StringComparison.Ordinal));

        var trace = (await _app.Get<TraceReader>().GetTraceAsync(1, traceId, Cancel))!;
        Assert.Equal((500L, 1), (trace.TokensTotal, trace.UnpricedCalls));
        Assert.Equal(500, (await _app.Get<TraceReader>().GetSpanAsync(1, traceId, Id("call"), null, Cancel))!.Facts.Usage!.Total);
    }

    // 3 500 + (2000 × 2.50 + 200 × 10 = 7 000); the agent repeats the sums of both.
    [Fact]
    public Task A_wrapper_is_not_added_to_the_calls_within_it() => Totals(
        (3000, 300, 0.0105m),
        Span("agent", null, "invoke_agent", from: 0, to: 10, model: "gpt-4o", input: 3000, output: 300),
        Call("first", "agent", "gpt-4o", 1000, 100, "r-1", from: 1, to: 4),
        Call("second", "agent", "gpt-4o", 2000, 200, "r-2", from: 5, to: 9));

    // A call that wraps nothing is the call: 3 500.
    [Fact]
    public Task A_call_whose_inner_one_never_arrives_counts() => Totals(
        (1000, 100, 0.0035m),
        Call("sdk", "never", "gpt-4o", 1000, 100, "r-1", from: 0, to: 10),
        Span("parse", "sdk", "execute_tool", from: 8, to: 9));

    // What an agent alone reports is somebody's sum, of calls that may be in other traces: unknown, not zero.
    [Fact]
    public Task An_agent_alone_has_no_calls_to_count() => Totals(
        (null, null, null), Span("agent", null, "invoke_agent", from: 0, to: 10, model: "gpt-4o", input: 1000, output: 100));

    // 3 500, and what the model without a price cost is missing from it.
    [Fact]
    public Task A_call_without_a_price_is_unknown_and_said_to_be_missing() => Totals(
        (1010, 105, 0.0035m),
        Span("agent", null, "invoke_agent", from: 0, to: 10),
        Call("priced", "agent", "gpt-4o", 1000, 100, "r-1", from: 1, to: 4),
        Call("unpriced", "agent", "a-model-nobody-knows", 10, 5, "r-2", from: 5, to: 9));

    // The sender knows better than the price: 20 000, and 3 500 of the other call.
    [Fact]
    public Task A_reported_cost_stands_instead_of_the_price() => Totals(
        (2000, 200, 0.0235m),
        Call("reported", null, "gpt-4o", 1000, 100, "r-1", from: 0, to: 4, cost: "0.02"),
        Call("priced", null, "gpt-4o", 1000, 100, "r-2", from: 5, to: 9));

    private async Task<string> Totals((long? Input, long? Output, decimal? Cost) expected, params string[] spans)
    {
        var traceId = Guid.NewGuid().ToString("N");
        var json = $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', spans).Replace("TRACE", traceId, StringComparison.Ordinal)}}] }] }] }""";

        // The second time nothing changes.
        for (var time = 0; time < 2; time++)
        {
            using var answer = await _app.Client.PostOtlpAsync(json, Cancel);
            answer.EnsureSuccessStatusCode();
            var trace = await _app.Get<TraceReader>().GetTraceAsync(1, traceId, Cancel);
            Assert.NotNull(trace);
            Assert.Equal(expected, (trace.TokensIn, trace.TokensOut, trace.Cost));
        }

        return traceId;
    }

    private static string Failed(string span) => span.Replace("\"attributes\":", "\"status\":{\"code\":2},\"attributes\":", StringComparison.Ordinal);

    private static string Call(string name, string? parent, string model, int input, int output, string responseId, int from, int to, int cached = 0, string? cost = null, int reasoning = 0) =>
        Span(name, parent, "chat", from, to, model, input, output, cached, responseId, cost, reasoning);

    private static string Span(string name, string? parent, string operation, int from, int to, string? model = null, int input = 0, int output = 0, int cached = 0, string? responseId = null,
        string? cost = null, int reasoning = 0)
    {
        var attributes = new List<string> { Text("gen_ai.operation.name", operation) };
        if (model is not null)
        {
            attributes.Add(Text("gen_ai.request.model", model));
        }

        if (input + output > 0)
        {
            attributes.Add(Number("gen_ai.usage.input_tokens", input));
            attributes.Add(Number("gen_ai.usage.output_tokens", output));
        }

        if (reasoning > 0)
            attributes.Add(Number("gen_ai.usage.reasoning.output_tokens", reasoning));

        if (cached > 0)
            attributes.Add(Number("gen_ai.usage.cache_read.input_tokens", cached));
        if (responseId is not null)
            attributes.Add(Text("gen_ai.response.id", responseId));
        if (cost is not null)
            attributes.Add($$"""{"key":"gen_ai.usage.cost","value":{"doubleValue":{{cost}}} }""");
        return $$"""
            {"traceId":"TRACE","spanId":"{{Id(name)}}",{{(parent is null ? "" : $"\"parentSpanId\":\"{Id(parent)}\",")}}"name":"{{name}}","kind":3,
             "startTimeUnixNano":"{{At(from)}}","endTimeUnixNano":"{{At(to)}}","attributes":[{{string.Join(',', attributes)}}]}
            """;
    }

    private static string Text(string key, string value) => $$"""{"key":"{{key}}","value":{"stringValue":"{{value}}"} }""";

    private static string Number(string key, int value) => $$"""{"key":"{{key}}","value":{"intValue":"{{value}}"} }""";

    private static string At(int seconds) => (s_start.AddSeconds(seconds).ToUnixTimeMilliseconds() * 1_000_000).ToString(CultureInfo.InvariantCulture);

    private static string Id(string name) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name.PadRight(8)[..8]));
}
