using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Langfuse;

/// <summary>What was sent with Langfuse's API is read back with it, on each database.</summary>
public sealed class LangfuseReadApiTests(PostgresCluster cluster)
{
    private const string OwnKeys = "pk-own:sk-own";
    private const string OtherKeys = "pk-other:sk-other";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task What_was_sent_is_read_back(DatabaseProvider provider)
    {
        await using var app = await StartAsync(provider);
        await SendAsync(app);

        var trace = await GetAsync(app, "/api/public/traces/t-1");
        Assert.Equal(("t-1", "chat", "u-1", "s-1", "prod", "Where?", "There."), (Text(trace, "id"), Text(trace, "name"), Text(trace, "userId"), Text(trace, "sessionId"), Text(trace, "environment"), Text(trace, "input"), Text(trace, "output")));
        Assert.Equal("""{"k":{"l":1}}""", trace["metadata"]!.ToJsonString());
        Assert.Equal("""["a","b"]""", trace["tags"]!.ToJsonString());
        Assert.Equal((true, 5.0, 0.0035m), (trace["public"]!.GetValue<bool>(), trace["latency"]!.GetValue<double>(), trace["totalCost"]!.GetValue<decimal>()));
        Assert.Equal(["p-1", "g-1"], trace["observations"]!.AsArray().Select(o => Text(o!, "id")));
        Assert.Equal("helpful", Text(Assert.Single(trace["scores"]!.AsArray())!, "name"));

        var generation = await GetAsync(app, "/api/public/observations/g-1");
        Assert.Equal(trace["observations"]![1]!.ToJsonString(), generation.ToJsonString());
        Assert.Equal(("GENERATION", "p-1", "gpt-4o", "WARNING", "2026-01-01T00:00:01.000Z"), (Text(generation, "type"), Text(generation, "parentObservationId"), Text(generation, "model"), Text(generation, "level"), Text(generation, "startTime")));
        Assert.Equal("""[{"role":"user","content":"Where?"}]""", generation["input"]!.ToJsonString());
        Assert.Equal("""{"temperature":0.5}""", generation["modelParameters"]!.ToJsonString());
        Assert.Equal("""{"step":1}""", generation["metadata"]!.ToJsonString());
        Assert.Equal("""{"input":940,"input_cached_tokens":60,"output":100,"total":1100}""", generation["usageDetails"]!.ToJsonString());
        Assert.Equal((4.0, 1.0, 3), (generation["latency"]!.GetValue<double>(), generation["timeToFirstToken"]!.GetValue<double>(), generation["promptVersion"]!.GetValue<int>()));
    }

    // gpt-4o: 600 × 2.50 + 400 × 1.25 = 2 000 in, 120 × 10 = 1 200 out. The wrapper tells the same call; the agent's cost is somebody's sum.
    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Costs_of_observations_have_parts_and_add_up_to_that_of_the_trace(DatabaseProvider provider)
    {
        await using var app = await StartAsync(provider);
        await IngestAsync(app, """
            {"batch":[
              {"id":"c-1","timestamp":"2026-01-03T00:00:00Z","type":"trace-create","body":{"id":"t-c"}},
              {"id":"c-2","timestamp":"2026-01-03T00:00:00Z","type":"agent-create","body":{"id":"agent","traceId":"t-c","endTime":"2026-01-03T00:00:09Z","costDetails":{"total":7}}},
              {"id":"c-3","timestamp":"2026-01-03T00:00:01Z","type":"generation-create","body":{"id":"wrapper","traceId":"t-c","parentObservationId":"agent","model":"gpt-4o","endTime":"2026-01-03T00:00:04Z",
                "usageDetails":{"prompt_tokens":1000,"completion_tokens":120,"total_tokens":1120}}},
              {"id":"c-4","timestamp":"2026-01-03T00:00:02Z","type":"generation-create","body":{"id":"call","traceId":"t-c","parentObservationId":"wrapper","model":"gpt-4o","endTime":"2026-01-03T00:00:05Z",
                "usageDetails":{"prompt_tokens":1000,"completion_tokens":120,"total_tokens":1120,"prompt_tokens_details":{"cached_tokens":400},"web_search_requests":3}}},
              {"id":"c-5","timestamp":"2026-01-03T00:00:06Z","type":"generation-create","body":{"id":"texts","traceId":"t-c","parentObservationId":"agent","model":"voice","endTime":"2026-01-03T00:00:07Z",
                "usage":{"input":900,"output":20,"unit":"CHARACTERS"}}}]}
            """);

        var trace = await GetAsync(app, "/api/public/traces/t-c");
        var observations = trace["observations"]!.AsArray().ToDictionary(o => Text(o!, "id")!, o => o!);

        Assert.Equal(0.0032m, trace["totalCost"]!.GetValue<decimal>());
        Assert.Equal(0.0032m, observations.Values.Sum(o => o["calculatedTotalCost"]?.GetValue<decimal>() ?? 0));
        Assert.Equal("""{"input":0.0015,"input_cached_tokens":0.0005,"output":0.0012,"total":0.0032}""", observations["call"]["costDetails"]!.ToJsonString());
        Assert.Equal((0.002m, 0.0012m), (observations["call"]["calculatedInputCost"]!.GetValue<decimal>(), observations["call"]["calculatedOutputCost"]!.GetValue<decimal>()));
        Assert.Equal("""{"input":600,"input_cached_tokens":400,"output":120,"total":1120,"web_search_requests":3}""", observations["call"]["usageDetails"]!.ToJsonString());
        foreach (var other in (string[])["agent", "wrapper"])
            Assert.Equal(("{}", null), (observations[other]["costDetails"]!.ToJsonString(), observations[other]["calculatedTotalCost"]));
        Assert.Equal("""{"input":900,"output":20,"total":null,"unit":"CHARACTERS"}""", observations["texts"]["usage"]!.ToJsonString());
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Lists_are_filtered_ordered_and_paged(DatabaseProvider provider)
    {
        await using var app = await StartAsync(provider);
        await SendAsync(app);

        foreach (var (query, expected) in new (string, string[])[]
        {
            ("traces", ["t-2", "t-1"]),
            ("traces?orderBy=timestamp.asc", ["t-1", "t-2"]),
            ("traces?orderBy=name.desc&limit=1&page=2", ["t-1"]),
            ("traces?userId=u-1", ["t-1"]),
            ("traces?name=other", ["t-2"]),
            ("traces?sessionId=s-1", ["t-1"]),
            ("traces?tags=a&tags=b", ["t-1"]),
            ("traces?tags=a&tags=c", []),
            ("traces?environment=prod&environment=test", ["t-1"]),
            ("traces?fromTimestamp=2026-01-02T00:00:00Z", ["t-2"]),
            ("traces?toTimestamp=2026-01-02T00:00:00Z", ["t-1"]),
            ("traces?version=v1&release=r1", ["t-1"]),
            ("observations", ["e-1", "g-1", "p-1"]),
            ("observations?type=GENERATION", ["g-1"]),
            ("observations?traceId=t-1&name=step", ["p-1"]),
            ("observations?level=ERROR", ["p-1"]),
            ("observations?parentObservationId=p-1", ["g-1"]),
            ("observations?userId=u-1&environment=prod", ["g-1", "p-1"]),
            ("observations?fromStartTime=2026-01-01T00:00:01Z&toStartTime=2026-01-02T00:00:00Z", ["g-1"]),
            ("sessions", ["s-1"]),
            ("sessions?environment=test", []),
        })
        {
            var page = await GetAsync(app, $"/api/public/{query}");
            Assert.Equal($"{query}: {string.Join(' ', expected)}", $"{query}: {string.Join(' ', page["data"]!.AsArray().Select(d => Text(d!, "id")))}");
            Assert.True(page["meta"]!["totalItems"]!.GetValue<int>() >= expected.Length, query);
        }

        var left = (await GetAsync(app, "/api/public/traces?fields=core&name=chat"))["data"]![0]!;
        Assert.Equal((-1, -1, 0, 0), (left["latency"]!.GetValue<int>(), left["totalCost"]!.GetValue<int>(), left["observations"]!.AsArray().Count, left["scores"]!.AsArray().Count));
        Assert.Null(left["input"]);
        Assert.Equal("t-1", Text((await GetAsync(app, "/api/public/sessions/s-1"))["traces"]![0]!, "id"));
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task The_cursor_goes_through_all_observations_once(DatabaseProvider provider)
    {
        await using var app = await StartAsync(provider);
        await SendAsync(app);

        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = await GetAsync(app, $"/api/public/v2/observations?limit=1&fields=core,io,trace_context{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            ids.Add(Text(Assert.Single(page["data"]!.AsArray())!, "id"));
            cursor = page["meta"]!["cursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        Assert.Equal(["e-1", "g-1", "p-1"], ids);
        var item = (await GetAsync(app, "/api/public/v2/observations?type=GENERATION&fields=io,usage"))["data"]![0]!.AsObject();
        Assert.Equal(["input", "output", "usageDetails", "costDetails", "totalCost", "usagePricingTierName"], item.Select(f => f.Key));
        Assert.Equal("""[{"role":"user","content":"Where?"}]""", Text(item, "input"));
        Assert.True((await GetAsync(app, "/api/public/v2/observations?type=GENERATION&fields=basic"))["data"]![0]!["public"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Only_the_contents_that_are_asked_for_are_read(DatabaseProvider provider)
    {
        using var log = new SqlLog();
        await using var app = await StartAsync(provider, log);
        await SendAsync(app);

        var (items, statements) = await AskAsync("");
        Assert.Equal([("e-1", "DEFAULT", null), ("g-1", "WARNING", "v7"), ("p-1", "ERROR", null)], items.Select(o => (Text(o!, "id"), Text(o!, "level"), o!["version"]?.GetValue<string>())));
        Assert.DoesNotContain(statements, s => Reads(s, "input") || Reads(s, "output") || Reads(s, "resource") || s.Contains("span_chunks", StringComparison.Ordinal));

        (_, statements) = await AskAsync("core");
        Assert.DoesNotContain(statements, s => Reads(s, "input") || Reads(s, "attributes"));

        (items, statements) = await AskAsync("core,io");
        Assert.Equal("There.", Text(items[1]!, "output"));
        Assert.Contains(statements, s => Reads(s, "input"));
        Assert.DoesNotContain(statements, s => Reads(s, "attributes"));

        (items, _) = await AskAsync("core,metadata,model");
        Assert.Equal("""{"step":1}""", items[1]!["metadata"]!.ToJsonString());
        Assert.Equal("""{"temperature":0.5}""", items[1]!["modelParameters"]!.ToJsonString());

        async Task<(JsonArray Items, string[] Statements)> AskAsync(string fields)
        {
            using var asking = new Activity("ask").Start();
            var page = await GetAsync(app, $"/api/public/v2/observations?limit=1000&fields={fields}");
            return (page["data"]!.AsArray(), [.. log.StatementsOf(asking)]);
        }

        static bool Reads(string statement, string column) => Regex.IsMatch(statement, $"\\.\"?{column}\\b");
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task What_belongs_to_another_project_answers_like_what_is_unknown_with_as_many_statements(DatabaseProvider provider)
    {
        using var log = new SqlLog();
        await using var app = await StartAsync(provider, log);
        await SendAsync(app);

        foreach (var (foreign, unknown) in new[]
        {
            ("traces/t-1", "traces/none"), ("observations/g-1", "observations/none"), ("sessions/s-1", "sessions/none"), ("scores/sc-1", "scores/none"),
            ("observations?traceId=t-1", "observations?traceId=none"), ("v2/scores?traceId=t-1", "v2/scores?traceId=none"), ("traces?sessionId=s-1", "traces?sessionId=none"),
        })
        {
            Assert.Equal(await AskAsync(unknown), await AskAsync(foreign));
        }

        async Task<string> AskAsync(string path)
        {
            using var asking = new Activity("ask").Start();
            using var answer = await SendAsync(app, HttpMethod.Get, $"/api/public/{path}", OtherKeys);

            // The key is read anew from time to time, and a connection that is new sets itself up.
            var statements = log.StatementsOf(asking).Where(s => !s.Contains("api_keys", StringComparison.Ordinal) && !s.Contains("PRAGMA", StringComparison.Ordinal)).ToArray();
            Assert.NotEmpty(statements);
            return $"{answer.StatusCode} {answer.Content.Headers} {await answer.Content.ReadAsStringAsync(Cancel)} {statements.Length}";
        }
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Traces_are_deleted_for_good_one_by_one_or_by_a_list(DatabaseProvider provider)
    {
        await using var app = await StartAsync(provider);
        await SendAsync(app);

        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(app, "traces/t-1", OtherKeys));
        Assert.Equal(HttpStatusCode.OK, await DeleteAsync(app, "traces/t-1", OwnKeys));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(app, "traces/t-1", OwnKeys));
        Assert.Equal(HttpStatusCode.OK, await DeleteAsync(app, "traces", OwnKeys, """{"traceIds":["t-1","t-2"]}"""));
        await SendAsync(app);

        Assert.Equal(0, (await GetAsync(app, "/api/public/traces"))["meta"]!["totalItems"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"traceIds":[]}""")]
    [InlineData("""{"traceIds":["t-1",2]}""")]
    [InlineData("""{"traceIds":[""]}""")]
    public async Task A_list_of_traces_to_delete_that_is_none_deletes_nothing(string body)
    {
        await using var app = await StartAsync(DatabaseProvider.Sqlite);
        await SendAsync(app);

        Assert.Equal(HttpStatusCode.BadRequest, await DeleteAsync(app, "traces", OwnKeys, body));

        Assert.Equal("t-1", Text(await GetAsync(app, "/api/public/traces/t-1"), "id"));
    }

    [Fact]
    public async Task Projects_and_health_answer_what_sdks_ask_first()
    {
        await using var app = await StartAsync(DatabaseProvider.Sqlite);
        Assert.Equal("Default", Text((await GetAsync(app, "/api/public/projects"))["data"]![0]!, "name"));
        using var health = await app.Client.GetAsync("/api/public/health?failIfDatabaseUnavailable=true", Cancel);
        Assert.Equal("OK", Text(JsonNode.Parse(await health.Content.ReadAsStringAsync(Cancel))!, "status"));
        using var refused = await SendAsync(app, HttpMethod.Get, "/api/public/projects", "pk-own:sk-wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Wrong_parameters_are_named()
    {
        await using var app = await StartAsync(DatabaseProvider.Sqlite);
        foreach (var (query, name) in new[]
        {
            ("traces?limit=0", "limit"), ("traces?orderBy=cost.desc", "orderBy"), ("traces?fields=all", "fields"), ("traces?filter=[]", "filter"), ("traces?fromTimestamp=x", "fromTimestamp"),
            ("observations?type=LLM", "type"), ("observations?level=DEBUG", "level"), ("v2/observations?cursor=x", "cursor"), ("v2/observations?fields=x", "fields"), ("sessions?page=x", "page"),
        })
        {
            using var answer = await SendAsync(app, HttpMethod.Get, $"/api/public/{query}", OwnKeys);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.StartsWith(name, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["errors"]![0]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    private static async Task SendAsync(TestApp app)
    {
        const string batch =
            """
            {"batch":[
              {"id":"1","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"t-1","name":"chat","userId":"u-1","sessionId":"s-1","tags":["b","a"],"metadata":{"k":{"l":1}},"environment":"prod","release":"r1","version":"v1","input":"Where?","output":"There.","public":true}},
              {"id":"2","timestamp":"2026-01-01T00:00:00Z","type":"span-create","body":{"id":"p-1","traceId":"t-1","name":"step","endTime":"2026-01-01T00:00:05Z","level":"ERROR","statusMessage":"late"}},
              {"id":"3","timestamp":"2026-01-01T00:00:01Z","type":"generation-create","body":{"id":"g-1","traceId":"t-1","parentObservationId":"p-1","name":"answer","model":"gpt-4o","version":"v7","level":"WARNING","endTime":"2026-01-01T00:00:05Z","completionStartTime":"2026-01-01T00:00:02Z","modelParameters":{"temperature":0.5},"metadata":{"step":1},"input":[{"role":"user","content":"Where?"}],"output":"There.","usageDetails":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":60}},"costDetails":{"total":0.0035},"promptName":"p","promptVersion":3}},
              {"id":"4","timestamp":"2026-01-03T00:00:00Z","type":"trace-create","body":{"id":"t-2","name":"other","tags":["c"]}},
              {"id":"5","timestamp":"2026-01-03T00:00:00Z","type":"event-create","body":{"id":"e-1","traceId":"t-2","name":"moment"}},
              {"id":"6","timestamp":"2026-01-01T00:00:06Z","type":"score-create","body":{"id":"sc-1","traceId":"t-1","name":"helpful","value":1}}
            ]}
            """;
        await IngestAsync(app, batch);
    }

    private static async Task IngestAsync(TestApp app, string batch)
    {
        using var answer = await SendAsync(app, HttpMethod.Post, "/api/public/ingestion", OwnKeys, batch);
        Assert.Empty(JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["errors"]!.AsArray());
    }

    private async Task<TestApp> StartAsync(DatabaseProvider provider, SqlLog? log = null)
    {
        var app = await TestApp.StartAsync(new TestAppOptions
        {
            Environment = "Production",
            Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null,
            Settings = new Dictionary<string, string?> { ["Bootstrap:PublicKey"] = "pk-own", ["Bootstrap:SecretKey"] = "sk-own" },
            Services = services => log?.AddTo(services),
        });
        await app.Get<TraceStore>().WriteAsync(
            async (db, ct) =>
            {
                var project = new ProjectRow { Name = "Other" };
                db.Projects.Add(project);
                await db.SaveChangesAsync(ct);
                db.ApiKeys.Add(new ApiKeyRow { ProjectId = project.Id, PublicKey = "pk-other", SecretHash = ApiKeys.Hash("sk-other") });
                return await db.SaveChangesAsync(ct);
            },
            Cancel);
        return app;
    }

    private static async Task<JsonNode> GetAsync(TestApp app, string path)
    {
        using var answer = await SendAsync(app, HttpMethod.Get, path, OwnKeys);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private static async Task<HttpResponseMessage> SendAsync(TestApp app, HttpMethod method, string path, string keys, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(keys)));
        return await app.Client.SendAsync(request, Cancel);
    }

    private static async Task<HttpStatusCode> DeleteAsync(TestApp app, string path, string keys, string? body = null)
    {
        using var answer = await SendAsync(app, HttpMethod.Delete, $"/api/public/{path}", keys, body);
        return answer.StatusCode;
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
