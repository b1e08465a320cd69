using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion.Lifecycle;

public sealed class SqliteLifecycleApiTests(SqliteLifecycleApiTests.App fixture) : LifecycleApiTests(fixture), IClassFixture<SqliteLifecycleApiTests.App>
{
    public sealed class App() : LifecycleApp(null);
}

public sealed class PostgresLifecycleApiTests(PostgresLifecycleApiTests.App fixture) : LifecycleApiTests(fixture), IClassFixture<PostgresLifecycleApiTests.App>
{
    public sealed class App(PostgresCluster cluster) : LifecycleApp(cluster);
}

/// <summary>The lifecycle API from request to answer, on each database.</summary>
public abstract class LifecycleApiTests(LifecycleApp fixture)
{
    private readonly TestApp _app = fixture.Value;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_is_started_updated_and_completed()
    {
        var start = await Send(HttpMethod.Post, "/api/traces/start", """
            {"name":"answer","userId":"u-1","sessionId":"s-1","environment":"staging","release":"r1","tags":["b","a"],
             "promptId":"greeting","modelProvider":"openai","model":"gpt-4o-mini","timestamp":"2026-01-31T12:00:00Z",
             "metadata":{"tenant":{"plan":"gold"}},"input":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello?"}]}
            """);
        var id = start["traceId"]!.GetValue<string>();

        var running = await Get(id);
        Assert.Equal("running", Text(running, "activity"));
        Assert.Null(running["endTime"]);
        Assert.Null(running["cost"]);

        await Send(HttpMethod.Put, $"/api/traces/{id}/update", """
            {"timestamp":"2026-01-31T12:00:01Z","firstTokenAt":"2026-01-31T12:00:00.25Z","outputDelta":"lo","sequence":1,
             "spans":[{"spanId":"tool-1","kind":"tool","name":"lookup","startTime":"2026-01-31T12:00:00.1Z","endTime":"2026-01-31T12:00:00.2Z","output":"42"}],
             "events":[{"name":"retry","attributes":{"n":1}}]}
            """);
        await Send(HttpMethod.Put, $"/api/traces/{id}/update", """{"outputDelta":"Hel","sequence":0,"timestamp":"2026-01-31T12:00:01Z"}""");
        var streaming = Root(await Get(id));
        Assert.Equal("Hello", Text(streaming, "output"));
        Assert.True(streaming["streaming"]!.GetValue<bool>());

        var done = await Send(HttpMethod.Post, $"/api/traces/{id}/complete", """
            {"timestamp":"2026-01-31T12:00:02Z","output":"Hello!","cost":0.0015,"finishReason":"stop","responseModel":"gpt-4o-mini-2024-07-18",
             "usage":{"inputTokens":100,"outputTokens":20,"cacheReadTokens":60,"reasoningTokens":5}}
            """);
        Assert.Equal(start["spanId"]!.GetValue<string>(), done["spanId"]!.GetValue<string>());

        var trace = await Get(id);
        Assert.Equal("finished", Text(trace, "activity"));
        Assert.Equal("ok", Text(trace, "status"));
        Assert.Equal("answer", Text(trace, "name"));
        Assert.Equal("2026-01-31T12:00:02.000Z", Text(trace, "endTime"));
        Assert.Equal(2000, trace["latencyMs"]!.GetValue<double>());
        Assert.Equal(250, trace["ttftMs"]!.GetValue<double>());
        Assert.Equal((100, 60, 20), (trace["inputTokens"]!.GetValue<int>(), trace["cachedTokens"]!.GetValue<int>(), trace["outputTokens"]!.GetValue<int>()));
        Assert.Equal(0.0015m, trace["cost"]!.GetValue<decimal>());
        Assert.Equal(("u-1", "s-1", "staging", "r1"), (Text(trace, "userId"), Text(trace, "sessionId"), Text(trace, "environment"), Text(trace, "release")));
        Assert.Equal(["a", "b"], trace["tags"]!.AsArray().Select(t => t!.GetValue<string>()));
        Assert.Equal("gold", trace["metadata"]!["tenant"]!["plan"]!.GetValue<string>());
        Assert.Equal("Hello?", Text(trace, "inputPreview"));

        var root = Root(trace);
        Assert.Equal("generation", Text(root, "kind"));
        Assert.Equal(("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18", "greeting"), (Text(root, "modelProvider"), Text(root, "model"), Text(root, "responseModel"), Text(root, "promptId")));
        Assert.Equal("Hello!", Text(root, "output"));
        Assert.Equal("user", root["input"]![1]!["role"]!.GetValue<string>());
        Assert.Equal("reported", root["cost"]!["source"]!.GetValue<string>());
        Assert.Equal((60, 5), (root["usage"]!["cacheReadTokens"]!.GetValue<int>(), root["usage"]!["reasoningTokens"]!.GetValue<int>()));
        var moment = Assert.Single(root["events"]!.AsArray())!;
        Assert.Equal(("retry", "2026-01-31T12:00:01.000Z", 1), (Text(moment, "name"), Text(moment, "time"), moment["attributes"]!["n"]!.GetValue<int>()));

        var tool = trace["spans"]!.AsArray().Single(s => Text(s!, "spanId") == "tool-1")!;
        Assert.Equal((Text(root, "spanId"), "tool", "42"), (Text(tool, "parentSpanId"), Text(tool, "kind"), Text(tool, "output")));
    }

    [Fact]
    public async Task Calls_in_any_order_repeated_and_split_end_in_the_same_answer()
    {
        (HttpMethod, string, string)[] calls =
        [
            (HttpMethod.Post, "/api/traces/start", """{"traceId":"$","name":"a","model":"m1","timestamp":"2026-01-31T12:00:00Z","input":"q","metadata":{"k":1,"s":"x"},"tags":["t1"]}"""),
            (HttpMethod.Put, "/api/traces/$/update", """{"timestamp":"2026-01-31T12:00:01Z","sequence":0,"outputDelta":"one ","usage":{"outputTokens":1},"tags":["t2"]}"""),
            (HttpMethod.Put, "/api/traces/$/update", """{"timestamp":"2026-01-31T12:00:01Z","sequence":1,"outputDelta":"two ","usage":{"outputTokens":2},"metadata":{"k":2}}"""),
            (HttpMethod.Put, "/api/traces/$/update", """{"timestamp":"2026-01-31T12:00:02Z","sequence":2,"outputDelta":"three","status":"unset","spans":[{"spanId":"c","name":"open","kind":"tool"}],"events":[{"name":"e"}]}"""),
            (HttpMethod.Put, "/api/traces/$/update", """{"timestamp":"2026-01-31T12:00:03Z","spans":[{"spanId":"c","name":"ended","startTime":"2026-01-31T12:00:02Z","endTime":"2026-01-31T12:00:03Z","error":{"type":"Timeout","message":"slow"}}]}"""),
            (HttpMethod.Post, "/api/traces/$/complete", """{"timestamp":"2026-01-31T12:00:04Z","usage":{"inputTokens":5,"outputTokens":3},"finishReason":"stop"}"""),
            (HttpMethod.Post, "/api/traces/$/complete", """{"traceId_is_not_here":0}"""),
        ];
        var good = calls[..^1];
        string? expected = null;
        var random = new Random(20260131);
        for (var run = 0; run < 25; run++)
        {
            var id = $"any order {run}";
            var shuffled = good.Concat(good.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToList();
            foreach (var (method, path, body) in run == 0 ? good : [.. shuffled])
                await Send(method, path.Replace("$", Uri.EscapeDataString(id), StringComparison.Ordinal), body.Replace("$", id, StringComparison.Ordinal));

            var answer = (await Get(Uri.EscapeDataString(id))).ToJsonString()
                .Replace(id, "$", StringComparison.Ordinal)
                .Replace(Text(Root(await Get(Uri.EscapeDataString(id))), "spanId")!, "root", StringComparison.Ordinal);
            expected ??= answer;
            Assert.Equal(expected, answer);
        }

        Assert.Contains("one two three", expected, StringComparison.Ordinal);
        Assert.Contains("\"k\":2", expected, StringComparison.Ordinal);
        using var refused = await Raw(calls[^1].Item1, "/api/traces/x/complete", calls[^1].Item3);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task A_call_without_times_may_be_sent_again_and_moves_nothing()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        await using var app = await fixture.StartAsync(new TestAppOptions { Services = s => s.AddSingleton<TimeProvider>(time) });

        async Task Call(HttpMethod method, string path, string body)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            using var response = await Raw(method, path, body, app: app);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await Call(HttpMethod.Post, "/api/traces/start", """{"traceId":"t","name":"n"}""");
        await Call(HttpMethod.Post, "/api/traces/t/complete", """{"output":"a"}""");
        await Call(HttpMethod.Post, "/api/traces/start", """{"traceId":"t","name":"n"}""");
        await Call(HttpMethod.Post, "/api/traces/t/complete", """{"output":"a"}""");

        var trace = await Get("t", app);
        Assert.Equal(("2026-01-31T12:00:01.000Z", "2026-01-31T12:00:02.000Z"), (Text(trace, "startTime"), Text(trace, "endTime")));
        Assert.Single(trace["spans"]!.AsArray());
    }

    // The pieces come in the wrong order, and the second one again: the first that came is the first token.
    [Fact]
    public async Task The_first_piece_of_an_answer_is_its_first_token_when_nobody_says_when_that_came()
    {
        var id = (await Send(HttpMethod.Post, "/api/traces/start", """{"model":"gpt-4o","timestamp":"2026-01-31T12:00:00Z"}"""))["traceId"]!.GetValue<string>();
        await Send(HttpMethod.Put, $"/api/traces/{id}/update", """{"outputDelta":"","sequence":0,"timestamp":"2026-01-31T12:00:00.1Z"}""");
        await Send(HttpMethod.Put, $"/api/traces/{id}/update", """{"outputDelta":"lo","sequence":2,"timestamp":"2026-01-31T12:00:00.9Z"}""");
        await Send(HttpMethod.Put, $"/api/traces/{id}/update", """{"outputDelta":"Hel","sequence":1,"timestamp":"2026-01-31T12:00:00.4Z"}""");
        await Send(HttpMethod.Put, $"/api/traces/{id}/update", """{"outputDelta":"lo","sequence":2,"timestamp":"2026-01-31T12:00:01.9Z"}""");

        var measured = await Get(id);
        Assert.Equal((400d, true), (measured["ttftMs"]!.GetValue<double>(), Root(measured)["firstTokenMeasured"]!.GetValue<bool>()));

        await Send(HttpMethod.Post, $"/api/traces/{id}/complete", """{"timestamp":"2026-01-31T12:00:02Z","firstTokenAt":"2026-01-31T12:00:00.3Z"}""");

        var said = await Get(id);
        Assert.Equal((300d, false), (said["ttftMs"]!.GetValue<double>(), Root(said)["firstTokenMeasured"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task An_end_in_the_past_without_a_start_makes_no_negative_duration()
    {
        var id = $"ended-{Guid.NewGuid():N}";
        await Send(HttpMethod.Post, $"/api/traces/{id}/complete", """{"timestamp":"2026-01-30T12:00:00Z","output":"done"}""");

        var trace = await Get(id);

        Assert.Equal(("2026-01-30T12:00:00.000Z", "2026-01-30T12:00:00.000Z", 0d), (Text(trace, "startTime"), Text(trace, "endTime"), trace["latencyMs"]!.GetValue<double>()));
    }

    [Fact]
    public async Task An_end_by_a_clock_that_is_behind_that_of_the_start_makes_no_negative_duration()
    {
        var id = (await Send(HttpMethod.Post, "/api/traces/start", "{}"))["traceId"]!.GetValue<string>();
        await Send(HttpMethod.Post, $"/api/traces/{id}/complete", """{"endTime":"2026-01-30T12:00:00Z"}""");

        var trace = await Get(id);

        Assert.Equal(Text(Root(trace), "startTime"), Text(Root(trace), "endTime"));
        Assert.Equal((Text(trace, "startTime"), 0d), (Text(trace, "endTime"), trace["latencyMs"]!.GetValue<double>()));
    }

    [Fact]
    public async Task Of_a_call_whose_tokens_are_known_in_total_alone_the_total_is_kept()
    {
        var id = (await Send(HttpMethod.Post, "/api/traces/start", """{"model":"gpt-4o","usage":{"totalTokens":500}}"""))["traceId"]!.GetValue<string>();

        var trace = await Get(id);

        Assert.Equal((500, null, null, 1), (trace["totalTokens"]!.GetValue<int>(), (object?)trace["inputTokens"], (object?)trace["cost"], trace["unpricedCalls"]!.GetValue<int>()));
        Assert.Equal((500, "unknown"), (Root(trace)["usage"]!["totalTokens"]!.GetValue<int>(), Text(Root(trace)["cost"]!, "source")));
    }

    [Fact]
    public async Task A_trace_is_read_with_the_links_of_its_spans()
    {
        using var answer = await _app.Client.PostOtlpAsync("""
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c803199","spanId":"b7ad6b7169203331","name":"job","startTimeUnixNano":"1764000000000000000","endTimeUnixNano":"1764000001000000000",
              "links":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203332","attributes":[{"key":"why","value":{"stringValue":"follows"}}]}]}]}]}]}
            """, Cancel);
        answer.EnsureSuccessStatusCode();

        var link = Root(await Get("0af7651916cd43dd8448eb211c803199"))["links"]![0]!;

        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203332", "follows"), (Text(link, "traceId"), Text(link, "spanId"), Text(link["attributes"]!, "why")));
    }

    [Fact]
    public async Task What_is_said_stands_against_what_is_implied()
    {
        await Send(HttpMethod.Put, "/api/traces/implied/update", """{"status":"error","kind":"agent","streaming":false}""");
        await Send(HttpMethod.Post, "/api/traces/implied/complete", """{"model":"m","outputDelta":"x","sequence":0}""");

        var root = Root(await Get("implied"));

        Assert.Equal(("error", "agent"), (Text(root, "status"), Text(root, "kind")));
        Assert.False(root["streaming"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Start_is_idempotent_by_trace_id_and_by_idempotency_key()
    {
        var first = await Send(HttpMethod.Post, "/api/traces/start", """{"name":"a"}""", ("Idempotency-Key", "order 7"));
        var again = await Send(HttpMethod.Post, "/api/traces/start", """{"name":"a"}""", ("Idempotency-Key", "order 7"));
        var other = await Send(HttpMethod.Post, "/api/traces/start", """{"name":"a"}""", ("Idempotency-Key", "order 8"));
        var none = await Send(HttpMethod.Post, "/api/traces/start", """{"name":"a"}""");

        Assert.Equal(Text(first, "traceId"), Text(again, "traceId"));
        Assert.Equal(3, new[] { first, other, none }.Select(t => Text(t, "traceId")).Distinct().Count());
        Assert.Single((await Get(Text(first, "traceId")!))["spans"]!.AsArray());
    }

    [Fact]
    public async Task A_traceparent_is_honoured_and_one_is_returned()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var response = await Raw(HttpMethod.Post, "/api/traces/start", "{}", ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;

        Assert.Equal(trace, Text(answer, "traceId"));
        var expected = $"00-{trace}-{Text(answer, "spanId")}-01";
        Assert.Equal(expected, Text(answer, "traceparent"));
        Assert.Equal(expected, Assert.Single(response.Headers.GetValues("traceparent")));

        await Send(HttpMethod.Post, $"/api/traces/{trace}/complete", "{}");
        var span = Assert.Single((await Get(trace))["spans"]!.AsArray())!;
        Assert.Equal("00f067aa0ba902b7", Text(span, "parentSpanId"));
        Assert.NotNull(span["endTime"]);
    }

    [Theory]
    [InlineData("a/b?c#d%2Fe f")]
    [InlineData("ünï 😀")]
    [InlineData("..%00")]
    public async Task Any_text_is_an_id(string id)
    {
        var body = JsonSerializer.Serialize(new { traceId = id, name = "odd" });
        await Send(HttpMethod.Post, "/api/traces/start", body);
        await Send(HttpMethod.Post, $"/api/traces/{Uri.EscapeDataString(id)}/complete", "{}");

        var trace = await Get(Uri.EscapeDataString(id));

        Assert.Equal(id, Text(trace, "traceId"));
        Assert.NotNull(Assert.Single(trace["spans"]!.AsArray())!["endTime"]);
    }

    [Fact]
    public async Task A_bad_body_is_400_with_each_field_and_stores_nothing()
    {
        using var response = await Raw(HttpMethod.Post, "/api/traces/bad/complete", """
            {"timestamp":"yesterday","kind":"generaton","status":"failed","cost":-1,"spanId":"","sequence":-1,"error":{"typ":"x"},
             "metadata":[],"usage":{"inputTokens":-1},"spans":[{"endTime":"never"},null],"events":[{}]}
            """);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var errors = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["errors"]!.AsObject();
        Assert.Equal(
            ["cost", "error.typ", "events[0].name", "kind", "metadata", "sequence", "spanId", "spans[0].endTime", "spans[1]", "status", "timestamp", "usage.inputTokens"],
            errors.Select(e => e.Key).Order(StringComparer.Ordinal));
        Assert.Contains("did you mean 'generation'?", errors["kind"]!.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        using var missing = await _app.Client.GetAsync("/api/traces/bad", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Other_media_types_compressed_and_long_bodies_are_refused_in_words()
    {
        await using var app = await fixture.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Ingestion:MaxBodyBytes"] = "2048" } });
        using var text = await Raw(HttpMethod.Post, "/api/traces/start", "{}", mediaType: "text/plain", app: app);
        using var brotli = await Raw(HttpMethod.Post, "/api/traces/start", "{}", ("Content-Encoding", "br"), app: app);
        using var large = await Raw(HttpMethod.Post, "/api/traces/start", $$"""{"input":"{{new string('x', 4096)}}"}""", app: app);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/traces/start") { Content = new StreamContent(new MemoryStream(new byte[100_000])) };
        chunked.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        chunked.Headers.TransferEncodingChunked = true;
        using var largeChunked = await app.Client.SendAsync(chunked, Cancel);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, brotli.StatusCode);
        foreach (var response in new[] { large, largeChunked })
        {
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            Assert.Contains("Ingestion:MaxBodyBytes", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Gzip_is_taken()
    {
        using var content = new ByteArrayContent(OtlpBodies.Gzip("""{"traceId":"zipped","name":"small","input":"inflated"}"""u8.ToArray()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await _app.Client.PostAsync("/api/traces/start", content, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("inflated", Text(Root(await Get("zipped")), "input"));
    }

    [Theory]
    [InlineData("[1,[2,3]]")]
    [InlineData("""{"a":{"b":"\u00e9\n"}}""")]
    [InlineData("""  "\u00e9 \ud83d\ude00 \"x\""  """)]
    [InlineData("\"\"")]
    public async Task Contents_are_kept_as_they_are_sent(string input)
    {
        var start = await Send(HttpMethod.Post, "/api/traces/start", $$"""{"name":"contents","input": {{input}} }""");

        Assert.Equal(JsonNode.Parse(input)!.ToJsonString(), Root(await Get(Text(start, "traceId")!))["input"]!.ToJsonString());
    }

    [Fact]
    public async Task A_list_with_more_elements_than_are_taken_is_refused_in_words()
    {
        using var response = await Raw(HttpMethod.Put, "/api/traces/many/update", $$"""{"spans":[{{string.Join(',', Enumerable.Repeat("{}", 10_001))}}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Ingestion:MaxSpanItems", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_room_the_answer_is_503_and_says_when_to_come_again()
    {
        await using var app = await fixture.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Ingestion:MaxBytesInFlight"] = "1048576" } });

        using var held = app.Get<Admission>().Hold(1048576);

        using var response = await Raw(HttpMethod.Post, "/api/traces/start", "{}", app: app);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task Another_projects_trace_answers_like_one_that_does_not_exist()
    {
        await _app.Get<TraceStore>().WriteAsync(
            async (db, ct) =>
            {
                var project = new ProjectRow { Name = "other" };
                db.Projects.Add(project);
                await db.SaveChangesAsync(ct);
                db.ApiKeys.Add(new ApiKeyRow { ProjectId = project.Id, PublicKey = "pk-o", SecretHash = ApiKeys.Hash("sk-other") });
                return await db.SaveChangesAsync(ct);
            },
            Cancel);
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        await Send(HttpMethod.Post, "/api/traces/start", """{"traceId":"secret","name":"only in other"}""", ("x-api-key", "sk-other"));

        using var foreign = await Raw(HttpMethod.Get, "/api/traces/secret", null);
        using var unknown = await Raw(HttpMethod.Get, "/api/traces/nothing", null);
        using var own = await Raw(HttpMethod.Get, "/api/traces/secret", null, ("x-api-key", "sk-other"));

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (foreign.StatusCode, unknown.StatusCode));
        Assert.Equal(await unknown.Content.ReadAsByteArrayAsync(Cancel), await foreign.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Empty((await Search("name=only in other"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Search_filters_pages_and_names_wrong_parameters()
    {
        for (var i = 0; i < 5; i++)
        {
            await Send(HttpMethod.Post, "/api/traces/start", $$"""{"traceId":"search-{{i}}","name":"find me {{i % 2}}","userId":"finder","sessionId":"s{{i}}","model":"m{{i}}","timestamp":"2026-02-01T12:00:0{{i}}Z"}""");
            await Send(HttpMethod.Post, $"/api/traces/search-{i}/complete", i == 3 ? """{"error":"boom","timestamp":"2026-02-01T12:01:00Z"}""" : """{"timestamp":"2026-02-01T12:01:00Z"}""");
        }

        var first = await Search("userId=finder&limit=2");
        var second = await Search($"userId=finder&limit=2&cursor={first["nextCursor"]}");
        var third = await Search($"userId=finder&limit=2&cursor={second["nextCursor"]}");
        Assert.Equal(["search-4", "search-3"], Ids(first));
        Assert.Equal(["search-2", "search-1"], Ids(second));
        Assert.Equal(["search-0"], Ids(third));
        Assert.Null(third["nextCursor"]);

        // Nobody said what these cost or used, or when they began to answer; what failed without an answer cost nothing.
        Assert.All(first["items"]!.AsArray(), i => Assert.All(["ttftMs", "inputTokens", "outputTokens"], field => Assert.Null(i![field])));
        Assert.Equal([(null, 1), (0m, 0)], first["items"]!.AsArray().Select(i => (i!["cost"]?.GetValue<decimal>(), i["unpricedCalls"]!.GetValue<int>())));

        Assert.Equal(["search-3"], Ids(await Search("userId=finder&status=error")));
        Assert.Equal(["search-1"], Ids(await Search("userId=finder&model=m1")));
        Assert.Equal(["search-2"], Ids(await Search("sessionId=s2&userId=finder")));
        Assert.Equal(["search-3", "search-1"], Ids(await Search("userId=finder&name=find me 1")));
        Assert.Equal(["search-4"], Ids(await Search("q=SEARCH-4")));
        Assert.Equal(["search-2", "search-1"], Ids(await Search("userId=finder&from=2026-02-01T12:00:01Z&to=2026-02-01T14:00:03+02:00")));

        using var bad = await Raw(HttpMethod.Get, "/api/traces/search?from=today&status=okay&limit=0&usrId=x&cursor=", null);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        var errors = JsonNode.Parse(await bad.Content.ReadAsStringAsync(Cancel))!["errors"]!.AsObject();
        Assert.Equal(["from", "limit", "status", "usrId"], errors.Select(e => e.Key).Order(StringComparer.Ordinal));
        using var cursor = await Raw(HttpMethod.Get, "/api/traces/search?cursor=x", null);
        Assert.Equal(HttpStatusCode.BadRequest, cursor.StatusCode);

        static IEnumerable<string?> Ids(JsonNode page) => page["items"]!.AsArray().Select(i => Text(i!, "traceId"));
    }

    [Fact]
    public async Task Spans_of_a_long_trace_are_read_page_by_page()
    {
        var spans = string.Join(',', Enumerable.Range(0, 1_200).Select(i => $$"""{"spanId":"s{{i:D4}}","input":"i{{i}}"}"""));
        await Send(HttpMethod.Put, "/api/traces/long/update", $$"""{"spans":[{{spans}}]}""");

        var first = await Get("long");
        var second = await Get($"long?spanCursor={first["nextSpanCursor"]}");

        Assert.Equal((1_000, 201), (first["spans"]!.AsArray().Count, second["spans"]!.AsArray().Count));
        Assert.Null(second["nextSpanCursor"]);
        Assert.Equal(1_201, first["spans"]!.AsArray().Concat(second["spans"]!.AsArray()).Select(s => Text(s!, "spanId")).Distinct().Count());
    }

    private static string? Text(JsonNode node, string property) => node[property]?.GetValue<string>();

    private static JsonNode Root(JsonNode trace) => trace["spans"]!.AsArray().Single(s => s!["parentSpanId"] is null)!;

    private Task<JsonNode> Search(string query) => Get($"search?{query.Replace(" ", "%20", StringComparison.Ordinal)}");

    private async Task<JsonNode> Get(string path, TestApp? app = null)
    {
        using var response = await Raw(HttpMethod.Get, $"/api/traces/{path}", null, app: app);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> Send(HttpMethod method, string path, string body, (string, string)? header = null)
    {
        using var response = await Raw(method, path, body, header);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{method} {path}: {response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<HttpResponseMessage> Raw(HttpMethod method, string path, string? body, (string Name, string Value)? header = null, string mediaType = "application/json", TestApp? app = null)
    {
        using var request = new HttpRequestMessage(method, new Uri((app ?? _app).Address, path));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        if (header is { } h && !request.Headers.TryAddWithoutValidation(h.Name, h.Value))
            request.Content!.Headers.TryAddWithoutValidation(h.Name, h.Value);
        return await (app ?? _app).Client.SendAsync(request, Cancel);
    }
}
