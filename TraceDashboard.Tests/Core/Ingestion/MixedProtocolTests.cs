using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion.Lifecycle;
using TraceDashboard.Tests.Core.Ingestion.Lifecycle;
using TraceDashboard.Tests.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion;

public sealed class SqliteMixedProtocolTests(SqliteLifecycleApiTests.App fixture) : MixedProtocolTests(fixture), IClassFixture<SqliteLifecycleApiTests.App>;

public sealed class PostgresMixedProtocolTests(PostgresLifecycleApiTests.App fixture) : MixedProtocolTests(fixture), IClassFixture<PostgresLifecycleApiTests.App>;

/// <summary>One trace that a gateway, an OpenTelemetry exporter and a Langfuse SDK describe at once, several of its spans twice.</summary>
public abstract class MixedProtocolTests(LifecycleApp fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Method, path after /api/traces, body. The ids stand for themselves, see <see cref="WithIds"/>.</summary>
    private static readonly (HttpMethod Method, string Path, string Body)[] s_gateway =
    [
        (HttpMethod.Post, "start", """
            {"traceId":"TRACE","timestamp":"2026-01-31T12:00:00Z","name":"checkout","kind":"agent","agentName":"shopper","userId":"u-gateway","sessionId":"s-1",
             "environment":"staging","release":"r-1","tags":["gateway","shop"],"metadata":{"tenant":{"plan":"gold","seats":3},"source":"gateway"},"input":"Where is my order?"}
            """),
        (HttpMethod.Put, "TRACE/update", """{"timestamp":"2026-01-31T12:00:01Z","sequence":0,"outputDelta":"It is ","tags":["live"]}"""),
        (HttpMethod.Put, "TRACE/update", """{"timestamp":"2026-01-31T12:00:01Z","sequence":1,"outputDelta":"on its way.","metadata":{"tenant":{"seats":4}}}"""),
        (HttpMethod.Put, "TRACE/update", """
            {"timestamp":"2026-01-31T12:00:02Z","events":[{"name":"retry","attributes":{"attempt":2}}],
             "spans":[{"spanId":"SEARCH","name":"search","kind":"retriever","startTime":"2026-01-31T12:00:01Z","input":{"query":"order"}}]}
            """),
        (HttpMethod.Post, "TRACE/complete", """{"timestamp":"2026-01-31T12:00:09Z"}"""),
        (HttpMethod.Post, "start", """
            {"traceId":"TRACE","spanId":"CALL","parentSpanId":"ROOT","timestamp":"2026-01-31T12:00:03Z","name":"plan","modelProvider":"openai","model":"gpt-4o",
             "input":[{"role":"user","content":"Where is my order?"}]}
            """),
        (HttpMethod.Post, "TRACE/complete", """
            {"spanId":"CALL","timestamp":"2026-01-31T12:00:05Z","finishReason":"tool_calls","usage":{"inputTokens":1000,"cacheReadTokens":600,"outputTokens":100}}
            """),
        (HttpMethod.Put, "TRACE/update", """{"spanId":"ANSWER","timestamp":"2026-01-31T12:00:07.5Z","sequence":0,"outputDelta":"It is","firstTokenAt":"2026-01-31T12:00:07.25Z"}"""),
    ];

    private static readonly string[] s_langfuse =
    [
        Event("trace-create", 0, """{"id":"TRACE","name":"support","userId":"u-langfuse","version":"v-1","tags":["langfuse","shop"],"metadata":{"tenant":{"plan":"platinum"},"shard":7},"input":{"order":4711}}"""),
        Event("trace-create", 8, """{"id":"TRACE","tags":["done"],"metadata":{"shard":null,"region":"eu"},"output":{"state":"shipped"}}"""),
        Event("generation-create", 3, """
            {"id":"CALL","traceId":"TRACE","parentObservationId":"ROOT","name":"plan the answer","startTime":"2026-01-31T12:00:03Z","model":"gpt-4o","modelParameters":{"temperature":0},"metadata":{"step":1},
             "promptName":"planner","promptVersion":3}
            """),
        Event("generation-update", 6, """
            {"id":"CALL","traceId":"TRACE","completionStartTime":"2026-01-31T12:00:03.5Z","metadata":{"tries":2},"usageDetails":{"input":1,"output":1},
             "output":{"role":"assistant","tool_calls":[{"id":"call-1","type":"function","function":{"name":"find_order","arguments":"{}"} }]}}
            """),
        Event("tool-create", 5, """
            {"id":"TOOL","traceId":"TRACE","parentObservationId":"CALL","name":"find_order","startTime":"2026-01-31T12:00:05Z","endTime":"2026-01-31T12:00:06Z",
             "level":"ERROR","statusMessage":"no such order","input":{"order":4711}}
            """),
        Event("generation-update", 8, """{"id":"ANSWER","traceId":"TRACE","name":"answer","metadata":{"reviewed":true}}"""),
        Event("event-create", 7, """{"id":"note","traceId":"TRACE","parentObservationId":"ANSWER","name":"guard passed","startTime":"2026-01-31T12:00:07Z"}"""),
        Event("score-create", 9, """{"id":"helpful of TRACE","traceId":"TRACE","name":"helpful","value":0.4}"""),
        Event("score-create", 10, """{"id":"helpful of TRACE","traceId":"TRACE","name":"helpful","value":0.9}"""),
        Event("score-create", 10, """{"id":"choice of TRACE","traceId":"TRACE","observationId":"CALL","name":"choice","value":"right"}"""),
    ];

    private static readonly JsonObject[] s_otlp =
    [
        // None of the first three says what kind of span it is, or how it went; the first would name the trace.
        Span("ROOT", null, "POST /checkout", 0, 8_900, """{"http.request.method":"POST"}"""),
        Span("TOOL", "CALL", "GET /orders/4711", 5_100, 5_900, """{"http.response.status_code":404}"""),
        Span("SEARCH", "ROOT", "SELECT orders", 1_100, 2_000, """{"db.system.name":"postgresql"}"""),
        Span("VECTOR", "SEARCH", "embeddings text-embedding-3-small", 1_200, 1_400, """
            {"gen_ai.operation.name":"embeddings","gen_ai.provider.name":"openai","gen_ai.request.model":"text-embedding-3-small","gen_ai.usage.input_tokens":500,
             "session.id":"s-1","langfuse.trace.tags":["otlp"],"langfuse.trace.metadata.index":"orders"}
            """),
        Span("ANSWER", "ROOT", "chat gpt-4o", 7_000, 8_000, """
            {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":2000,"gen_ai.usage.output_tokens":200,
             "gen_ai.usage.cost":0.02,"gen_ai.response.time_to_first_chunk":0.5,"gen_ai.response.finish_reasons":["stop"],
             "gen_ai.input.messages":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Where?\"}]}]",
             "gen_ai.output.messages":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"It is on its way.\"}]}]"}
            """, """{"gen_ai.evaluation.name":"grounded","gen_ai.evaluation.score.value":1}"""),
    ];

    /// <summary>
    /// Worked out by hand. Of the trace: what Langfuse says of it itself stands against what spans and calls say. Of a span: an ended OTLP span
    /// and <c>complete</c> against Langfuse and <c>update</c>, and those against <c>start</c>; what is only implied against nothing.
    /// Call: 400 × 2.50 + 600 × 1.25 + 100 × 10 = 2 750 millionths; embedding: 500 × 0.02 = 10; answer: 20 000, as reported.
    /// </summary>
    private const string Expected = """
        {"endTime":"2026-01-31T12:00:09.000Z","modelCalls":3,"cachedTokens":600,"models":["gpt-4o","text-embedding-3-small"],"release":"r-1","version":"v-1",
         "tags":["done","gateway","langfuse","live","otlp","shop"],
         "metadata":{"index":"orders","region":"eu","source":"gateway","tenant":{"plan":"platinum","seats":4}},
         "spans":[
          {"spanId":"ROOT","name":"POST /checkout","kind":"agent","status":"ok","startTime":"2026-01-31T12:00:00.000Z","endTime":"2026-01-31T12:00:09.000Z","firstTokenAt":"2026-01-31T12:00:01.000Z","firstTokenMeasured":true,"streaming":true,
           "cost":{"source":"unknown"},"counted":false,"agentName":"shopper","input":"Where is my order?","output":"It is on its way.","attributes":{"http.request.method":"POST"},
           "links":[],"events":[{"name":"retry","time":"2026-01-31T12:00:02.000Z","attributes":{"attempt":2}}]},
          {"spanId":"SEARCH","parentSpanId":"ROOT","name":"SELECT orders","kind":"retriever","status":"unset","startTime":"2026-01-31T12:00:01.000Z","endTime":"2026-01-31T12:00:02.000Z",
           "cost":{"source":"unknown"},"counted":false,"input":{"query":"order"},"attributes":{"db.system.name":"postgresql"},"firstTokenMeasured":false,"links":[],"events":[]},
          {"spanId":"VECTOR","parentSpanId":"SEARCH","name":"embeddings text-embedding-3-small","kind":"embedding","status":"unset",
           "startTime":"2026-01-31T12:00:01.200Z","endTime":"2026-01-31T12:00:01.400Z","modelProvider":"openai","model":"text-embedding-3-small","usage":{"inputTokens":500,"outputTokens":0,"totalTokens":500},
           "cost":{"amount":0.00001,"source":"computed","priceKey":"*/openai/text-embedding-3-small"},"counted":true,
           "attributes":{"gen_ai.operation.name":"embeddings","gen_ai.provider.name":"openai","gen_ai.request.model":"text-embedding-3-small","gen_ai.usage.input_tokens":500,
            "session.id":"s-1","langfuse.trace.tags":["otlp"],"langfuse.trace.metadata.index":"orders"},"firstTokenMeasured":false,"links":[],"events":[]},
          {"spanId":"CALL","parentSpanId":"ROOT","name":"plan the answer","kind":"generation","status":"ok","startTime":"2026-01-31T12:00:03.000Z","endTime":"2026-01-31T12:00:05.000Z",
           "firstTokenAt":"2026-01-31T12:00:03.500Z","modelProvider":"openai","model":"gpt-4o","streaming":true,"usage":{"inputTokens":1000,"outputTokens":100,"totalTokens":1100,"cacheReadTokens":600},
           "cost":{"amount":0.00275,"source":"computed","priceKey":"*/openai/gpt-4o"},"counted":true,"finishReason":"tool_calls","promptId":"planner","promptVersion":"3",
           "input":[{"role":"user","content":"Where is my order?"}],
           "output":{"role":"assistant","tool_calls":[{"id":"call-1","type":"function","function":{"name":"find_order","arguments":"{}"} }]},
           "attributes":{"langfuse.observation.metadata":{"step":1,"tries":2},"langfuse.observation.model.parameters":{"temperature":0},"langfuse.observation.usage_details":{"input":1,"output":1}},"firstTokenMeasured":false,"links":[],"events":[]},
          {"spanId":"TOOL","parentSpanId":"CALL","name":"GET /orders/4711","kind":"tool","status":"error","error":{"message":"no such order"},
           "startTime":"2026-01-31T12:00:05.000Z","endTime":"2026-01-31T12:00:05.900Z","cost":{"source":"unknown"},"counted":false,"input":{"order":4711},
           "attributes":{"http.response.status_code":404,"langfuse.observation.level":"ERROR"},"firstTokenMeasured":false,"links":[],"events":[]},
          {"spanId":"ANSWER","parentSpanId":"ROOT","name":"chat gpt-4o","kind":"generation","status":"unset","startTime":"2026-01-31T12:00:07.000Z","endTime":"2026-01-31T12:00:08.000Z",
           "firstTokenAt":"2026-01-31T12:00:07.500Z","modelProvider":"openai","model":"gpt-4o","streaming":true,"usage":{"inputTokens":2000,"outputTokens":200,"totalTokens":2200},
           "cost":{"amount":0.02,"source":"reported"},"counted":true,"finishReason":"stop",
           "input":[{"role":"user","parts":[{"type":"text","content":"Where?"}]}],"output":[{"role":"assistant","parts":[{"type":"text","content":"It is on its way."}]}],
           "attributes":{"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":2000,"gen_ai.usage.output_tokens":200,
            "gen_ai.usage.cost":0.02,"gen_ai.response.time_to_first_chunk":0.5,"gen_ai.response.finish_reasons":["stop"],"langfuse.observation.metadata":{"reviewed":true}},
           "firstTokenMeasured":false,"links":[],"events":[{"name":"gen_ai.evaluation.result","time":"2026-01-31T12:00:08.000Z","attributes":{"gen_ai.evaluation.name":"grounded","gen_ai.evaluation.score.value":1}}]},
          {"spanId":"note","parentSpanId":"ANSWER","name":"guard passed","kind":"event","status":"unset","startTime":"2026-01-31T12:00:07.000Z",
           "cost":{"source":"unknown"},"counted":false,"firstTokenMeasured":false,"links":[],"events":[]}],
         "traceId":"TRACE","name":"support","startTime":"2026-01-31T12:00:00.000Z","status":"ok","activity":"finished","latencyMs":9000,"ttftMs":500,"spanCount":7,"errorCount":1,
         "inputTokens":3500,"outputTokens":300,"totalTokens":3800,"cost":0.02276,"unpricedCalls":0,"datedAhead":false,"userId":"u-langfuse","sessionId":"s-1","environment":"staging","inputPreview":"{\"order\":4711}",
         "scores":[{"name":"choice","dataType":"categorical","count":1,"category":"right"},{"name":"grounded","dataType":"numeric","count":1,"mean":1},
          {"name":"helpful","dataType":"numeric","count":1,"mean":0.9}]}
        """;

    [Fact]
    public async Task A_trace_that_three_protocols_describe_at_once_ends_up_whole_in_whatever_order_they_arrive()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var random = new Random(seed);
            var traceId = $"4bf92f3577b34da6a3ce929d{seed:x8}";
            string Own(string text) => WithIds(text, traceId);

            var calls = s_gateway.Select(c => new Message(c.Method, "/api/traces/" + Own(c.Path), "application/json", Encoding.UTF8.GetBytes(Own(c.Body))))
                .Concat(Split(s_langfuse, random).Select(events => new Message(
                    HttpMethod.Post, "/api/public/ingestion", "application/json", Encoding.UTF8.GetBytes(Own($$"""{"batch":[{{string.Join(',', events)}}]}""")))))
                .Concat(Split(s_otlp, random).Select(spans => new Message(HttpMethod.Post, "/v1/traces", "application/x-protobuf", Export(spans, Own)))).ToList();
            var sent = calls.Concat(calls.Where(_ => random.Next(3) == 0)).ToArray();
            random.Shuffle(sent);

            await Task.WhenAll(sent.Select(SendAsync));

            Assert.Equal(Own(Pretty(JsonNode.Parse(Expected)!)), Pretty(await GetAsync($"/api/traces/{traceId}")));
            var scores = await GetAsync($"/api/public/scores?traceId={traceId}");
            Assert.Equal(
                [Own("choice of CALL: right"), Own("grounded of ANSWER: 1"), "helpful of : 0.9"],
                scores["data"]!.AsArray().Select(s => $"{s!["name"]} of {s["observationId"]}: {s["stringValue"] ?? s["value"]}").Order(StringComparer.Ordinal));
        }
    }

    private static string WithIds(string text, string traceId) => text
        .Replace("TRACE", traceId, StringComparison.Ordinal).Replace("ROOT", LifecycleIds.RootSpanId(traceId), StringComparison.Ordinal)
        .Replace("CALL", "00000000000000c1", StringComparison.Ordinal).Replace("TOOL", "00000000000000d1", StringComparison.Ordinal)
        .Replace("SEARCH", "00000000000000f1", StringComparison.Ordinal).Replace("VECTOR", "00000000000000e1", StringComparison.Ordinal)
        .Replace("ANSWER", "00000000000000a1", StringComparison.Ordinal);

    /// <summary>In a random order, and in random pieces of it.</summary>
    private static List<List<T>> Split<T>(T[] items, Random random)
    {
        var shuffled = items.ToArray();
        random.Shuffle(shuffled);
        var pieces = new List<List<T>> { new() };
        foreach (var item in shuffled)
        {
            if (pieces[^1].Count > 0 && random.Next(2) == 0)
                pieces.Add([]);
            pieces[^1].Add(item);
        }

        return pieces;
    }

    private static string Event(string type, int second, string body) =>
        $$"""{"id":"{{Guid.NewGuid()}}","timestamp":"2026-01-31T12:00:{{second:00}}.000Z","type":"{{type}}","body":{{body}} }""";

    private static JsonObject Span(string id, string? parent, string name, int fromMs, int toMs, string attributes, string? evaluation = null) => new()
    {
        ["traceId"] = "TRACE",
        ["spanId"] = id,
        ["parentSpanId"] = parent,
        ["name"] = name,
        ["startTimeUnixNano"] = Nanos(fromMs),
        ["endTimeUnixNano"] = Nanos(toMs),
        ["attributes"] = OtlpBodies.Attributes(JsonNode.Parse(attributes)!.AsObject()),
        ["events"] = evaluation is null ? [] : new JsonArray(new JsonObject
        {
            ["timeUnixNano"] = Nanos(toMs),
            ["name"] = "gen_ai.evaluation.result",
            ["attributes"] = OtlpBodies.Attributes(JsonNode.Parse(evaluation)!.AsObject()),
        }),
    };

    private static string Nanos(int ms) => $"{new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() + ms}000000";

    private static byte[] Export(List<JsonObject> spans, Func<string, string> own) =>
        OtlpBodies.ToProtobuf(OtlpBodies.Request([.. spans.Select(s => JsonNode.Parse(own(s.ToJsonString()))!)]));

    private async Task SendAsync(Message message)
    {
        using var request = new HttpRequestMessage(message.Method, new Uri(fixture.Value.Address, message.Path)) { Content = new ByteArrayContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(message.Type);
        using var response = await fixture.Value.Client.SendAsync(request, Cancel);
        var answer = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.MultiStatus, $"{message.Path}: {response.StatusCode} {answer}");
        Assert.DoesNotContain("\"error\":", answer, StringComparison.Ordinal);
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await fixture.Value.Client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel))!;

    /// <summary>A line for each member, in order of their names, without those that are null, and without the version of the catalogue.</summary>
    private static string Pretty(JsonNode? node, string indent = "") => node switch
    {
        JsonObject map => string.Concat(map.Where(m => m.Value is not null).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"\n{indent}{m.Key}: {(m.Key == "priceKey" ? PriceOf(m.Value!) : Pretty(m.Value, indent + "  "))}")),
        JsonArray list => string.Concat(list.Select(item => $"\n{indent}-{Pretty(item, indent + "  ")}")),
        _ => node!.ToJsonString(),
    };

    private static string PriceOf(JsonNode key) => key.GetValue<string>().Split('/', 2)[1];

    private sealed record Message(HttpMethod Method, string Path, string Type, byte[] Body);
}
