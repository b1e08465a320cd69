using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Langfuse;

public sealed class LangfuseScoreApiTests : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_score_is_made_read_and_deleted()
    {
        var (status, made) = await SendAsync(HttpMethod.Post, "/api/public/scores", """{"id":"s-1","traceId":"t","observationId":"o","name":"helpful","value":0.5,"comment":"so so","metadata":{"k":1},"environment":"Prod"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"id":"s-1"}""", made.ToJsonString());

        (_, var page) = await SendAsync(HttpMethod.Get, "/api/public/v2/scores?traceId=t&limit=10");
        Assert.Equal("""{"page":1,"limit":10,"totalItems":1,"totalPages":1}""", page["meta"]!.ToJsonString());
        var score = page["data"]![0]!;
        Assert.Equal(("s-1", "t", "o", "helpful", "API", "NUMERIC", 0.5, "so so", "prod"), (Text("id"), Text("traceId"), Text("observationId"), Text("name"), Text("source"), Text("dataType"), score["value"]!.GetValue<double>(), Text("comment"), Text("environment")));
        Assert.Equal("""{"k":1}""", score["metadata"]!.ToJsonString());
        Assert.Equal(score.ToJsonString(), (await SendAsync(HttpMethod.Get, "/api/public/scores/s-1")).Answer.ToJsonString());

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(HttpMethod.Delete, "/api/public/scores/s-1")).Status);
        var (gone, error) = await SendAsync(HttpMethod.Get, "/api/public/scores/s-1");
        Assert.Equal(HttpStatusCode.NotFound, gone);
        Assert.Equal("LangfuseNotFoundError", error["error"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/api/public/scores/s-1")).Status);

        string Text(string name) => score[name]!.GetValue<string>();
    }

    [Fact]
    public async Task Events_make_scores_and_bad_ones_are_told_one_by_one()
    {
        (_, var answer) = await SendAsync(HttpMethod.Post, "/api/public/ingestion", $$"""
            {"batch":[
              {{Event("good", """{"id":"a","traceId":"t","name":"mood","value":"happy"}""")}},
              {{Event("boolean", """{"id":"b","sessionId":"s","name":"ok","value":1,"dataType":"BOOLEAN","source":"EVAL"}""")}},
              {{Event("without-id", """{"traceId":"t","name":"n","value":1}""")}},
              {{Event("no-subject", """{"name":"n","value":1}""")}},
              {{Event("two-subjects", """{"traceId":"t","sessionId":"s","name":"n","value":1}""")}},
              {{Event("no-name", """{"traceId":"t","name":"","value":1}""")}},
              {{Event("no-value", """{"traceId":"t","name":"n"}""")}},
              {{Event("bad-boolean", """{"traceId":"t","name":"n","value":2,"dataType":"BOOLEAN"}""")}},
              {{Event("bad-number", """{"traceId":"t","name":"n","value":"x","dataType":"NUMERIC"}""")}}
            ] }
            """);

        Assert.Equal(["good", "boolean", "without-id"], answer["successes"]!.AsArray().Select(s => s!["id"]!.GetValue<string>()));
        Assert.Equal(["no-subject", "two-subjects", "no-name", "no-value", "bad-boolean", "bad-number"], answer["errors"]!.AsArray().Select(s => s!["id"]!.GetValue<string>()));
        Assert.All(answer["errors"]!.AsArray(), e => Assert.StartsWith("body.", e!["error"]!.GetValue<string>(), StringComparison.Ordinal));

        (_, var page) = await SendAsync(HttpMethod.Get, "/api/public/scores?dataType=BOOLEAN");
        var boolean = Assert.Single(page["data"]!.AsArray())!;
        Assert.Equal(("b", "True", 1.0, "EVAL"), (boolean["id"]!.GetValue<string>(), boolean["stringValue"]!.GetValue<string>(), boolean["value"]!.GetValue<double>(), boolean["source"]!.GetValue<string>()));
        (_, page) = await SendAsync(HttpMethod.Get, "/api/public/scores?name=mood");
        Assert.Equal(("happy", 0), (page["data"]![0]!["stringValue"]!.GetValue<string>(), page["data"]![0]!["value"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Traces_are_searched_by_a_score_and_answered_with_what_their_scores_come_to()
    {
        await SendAsync(HttpMethod.Post, "/api/public/ingestion", $$"""
            {"batch":[
              {"id":"1","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"low","name":"chat"} },
              {"id":"2","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"high","name":"chat"} },
              {{Event("3", """{"traceId":"low","name":"helpful","value":0.25,"source":"ANNOTATION"}""")}},
              {{Event("4", """{"traceId":"high","name":"helpful","value":0.5}""")}},
              {{Event("5", """{"traceId":"high","observationId":"o","name":"helpful","value":1}""")}}
            ] }
            """);

        var (_, page) = await SendAsync(HttpMethod.Get, "/api/traces/search?score=helpful:%3E%3D0.5");
        var trace = Assert.Single(page["items"]!.AsArray())!;
        Assert.Equal("high", trace["traceId"]!.GetValue<string>());
        const string scores = """[{"name":"helpful","dataType":"numeric","count":2,"mean":0.75,"category":null}]""";
        Assert.Equal(scores, trace["scores"]!.ToJsonString());
        Assert.Equal(scores, (await SendAsync(HttpMethod.Get, "/api/traces/high")).Answer["scores"]!.ToJsonString());

        var (status, problem) = await SendAsync(HttpMethod.Get, "/api/traces/search?score=helpful:%3Cmuch");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("must be a score's name", problem["errors"]!["score"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=101", "limit")]
    [InlineData("page=0", "page")]
    [InlineData("source=ME", "source")]
    [InlineData("fromTimestamp=yesterday", "fromTimestamp")]
    [InlineData("operator=~&value=1", "operator")]
    [InlineData("operator=<&value=x", "value")]
    public async Task Wrong_parameters_are_named(string query, string name)
    {
        var (status, answer) = await SendAsync(HttpMethod.Get, $"/api/public/v2/scores?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(name, answer["errors"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_no_score_is_refused()
    {
        foreach (var body in new[] { "", "[]", "{", """{"traceId":"t","name":"n","value":true}""" })
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Post, "/api/public/scores", body)).Status);
    }

    private static string Event(string id, string body) => $$"""{"id":"{{id}}","timestamp":"2026-01-01T00:00:00Z","type":"score-create","body":{{body}} }""";

    private async Task<(HttpStatusCode Status, JsonNode Answer)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _app.Client.SendAsync(request, Cancel);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>(Cancel))!);
    }
}
