using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Projects;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Prices;

public sealed class ModelApiTests : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_unpriced_model_gets_a_price_and_its_calls_their_cost()
    {
        await SendAsync(HttpMethod.Post, "/api/traces/start", """{ "traceId": "t", "name": "chat", "kind": "generation", "modelProvider": "acme", "model": "acme-chat-1" }""");
        await SendAsync(HttpMethod.Post, "/api/traces/t/complete", """{ "usage": { "inputTokens": 1000, "outputTokens": 100 } }""");
        var seen = await ModelsAsync();
        Assert.Single(seen["items"]!.AsArray());
        Assert.Equal("""["acme","acme-chat-1",1,1,null]""", Fields(seen["items"]![0]!, "provider", "model", "calls", "unpricedCalls", "cost"));
        Assert.Equal("""["none","No price is known for “acme-chat-1”."]""", Fields(seen["items"]![0]!["price"]!, "source", "problem"));

        var (status, price) = await SendAsync(HttpMethod.Post, "/api/model-prices", """{ "model": "acme-chat-*", "match": "glob", "provider": "acme", "prices": { "input": 0.5, "output": 2 } }""");
        Assert.Equal(HttpStatusCode.OK, status);
        var id = price!["id"]!.GetValue<string>();
        Assert.Matches("^mp-[A-Za-z0-9]{16}$", id);

        // 1 000 × 0.5 + 100 × 2 millionths.
        var trace = await TraceWhenAsync(t => t["cost"] is not null);
        Assert.Equal(0.0007m, trace["cost"]!.GetValue<decimal>());
        Assert.Equal($"own/{id}/1", trace["spans"]![0]!["cost"]!["priceKey"]!.GetValue<string>());
        Assert.Equal(0, (await ModelsAsync())["items"]![0]!["unpricedCalls"]!.GetValue<int>());

        (status, price) = await SendAsync(HttpMethod.Put, $"/api/model-prices/{id}", """{ "validFrom": "1970-01-01T00:00:00Z", "prices": { "input": 1, "output": 2 } }""");
        Assert.Equal((HttpStatusCode.OK, 2), (status, price!["current"]!.GetValue<int>()));
        Assert.Equal("""{"input":1,"output":2}""", price["versions"]![0]!["prices"]!.ToJsonString());
        await TraceWhenAsync(t => t["cost"]!.GetValue<decimal>() == 0.0012m);

        // One after the other: the first has come to its end before the second begins.
        var recomputation = (await SendAsync(HttpMethod.Get, "/api/model-prices/recomputations")).Body!["items"]!.AsArray()[^1]!;
        Assert.Equal($$"""["{{id}}","done",1,null]""", Fields(recomputation, "priceId", "state", "changed", "error"));

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/api/model-prices/{id}?at=1970-01-01T00:00:00Z")).Status);
        await TraceWhenAsync(t => t["cost"] is null);
        Assert.Equal("null", (await SendAsync(HttpMethod.Get, "/api/model-prices")).Body!["items"]![0]!["current"]?.ToJsonString() ?? "null");
    }

    [Fact]
    public async Task A_match_tells_the_price_of_a_time_and_why()
    {
        var (_, price) = await SendAsync(HttpMethod.Post, "/api/model-prices", """{ "model": "gpt-4o", "validFrom": "2026-01-01T00:00:00Z", "prices": { "input": 1, "perRequest": 0.01 } }""");
        var own = (await SendAsync(HttpMethod.Get, "/api/models/match?model=gpt-4o&provider=openai&at=2026-01-01T00:00:00Z")).Body!;
        var catalogue = (await SendAsync(HttpMethod.Get, "/api/models/match?model=gpt-4o&provider=openai&at=2025-12-31T23:59:59.999Z")).Body!;

        Assert.Equal($$"""["own","own/{{price!["id"]}}/1","yours, from 2026-01-01"]""", Fields(own, "source", "priceKey", "version"));
        Assert.Equal("""{"input":1,"perRequest":0.01}""", own["prices"]!.ToJsonString());
        Assert.Equal("""["catalogue","catalogue of 2026-07-24"]""", Fields(catalogue, "source", "version"));
        Assert.Equal($$"""["{{price["id"]}}",false,false]""", Fields(catalogue["own"]![0]!, "id", "chosen", "inForce"));
    }

    [Theory]
    [InlineData("POST", "/api/model-prices", """{ "modell": "x" }""", "modell: unknown field 'modell'; did you mean 'model'?")]
    [InlineData("POST", "/api/model-prices", """{ "model": "x", "match": "globb", "validFrom": "soon", "prices": { "input": 1 } }""", "match: must be exact, glob or regex; did you mean 'glob'?")]
    [InlineData("POST", "/api/model-prices", """{ "model": "x", "prices": { "input": "1", "longContext": [{ "over": 1.5 }] } }""", "prices.input: must be a number, not a text in quotes")]
    [InlineData("POST", "/api/model-prices", """{ "model": "x", "prices": { "inputs": 1 } }""", "prices.inputs: unknown field 'inputs'; did you mean 'input'?")]
    [InlineData("POST", "/api/model-prices", """{ "model": "x", "prices": { "output": -1 } }""", "prices.output: must be from 0 to 1000000")]
    [InlineData("GET", "/api/models/match", null, "model: must name a model")]
    [InlineData("GET", "/api/models?from=yesterday", null, "from: must be a time as")]
    [InlineData("GET", "/api/models?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", null, "from: must be earlier than to")]
    public async Task Errors_name_the_field_and_the_fix(string method, string path, string? body, string error)
    {
        var (status, problem) = await SendAsync(new HttpMethod(method), path, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(problem!["errors"]!.AsObject().Select(e => $"{e.Key}: {e.Value![0]}"), e => e.StartsWith(error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_says_from_when_and_a_price_that_is_not_there_is_not_found()
    {
        var (_, price) = await SendAsync(HttpMethod.Post, "/api/model-prices", """{ "model": "x", "prices": { "input": 1 } }""");

        var (status, problem) = await SendAsync(HttpMethod.Put, $"/api/model-prices/{price!["id"]}", """{ "prices": { "input": 1 } }""");
        Assert.Equal((HttpStatusCode.BadRequest, "validFrom"), (status, problem!["errors"]!.AsObject().Single().Key));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Put, "/api/model-prices/mp-none", """{ "prices": { "input": 1 } }""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/api/model-prices/mp-none")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(HttpMethod.Post, "/api/model-prices", new string(' ', 300_000))).Status);
    }

    private static string Fields(JsonNode node, params string[] names) => new JsonArray([.. names.Select(n => node[n]?.DeepClone())]).ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private async Task<JsonNode> ModelsAsync()
    {
        await _app.Get<RollupRefresher>().CatchUpAsync(Cancel);
        return (await SendAsync(HttpMethod.Get, "/api/models")).Body!;
    }

    /// <summary>The trace, once a change of it has come that fulfils the condition: its calls are priced in the background.</summary>
    private async Task<JsonNode> TraceWhenAsync(Func<JsonNode, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var changes = _app.Get<LiveFeed>().Subscribe(DefaultProject.Id);
        while (true)
        {
            var (_, trace) = await SendAsync(HttpMethod.Get, "/api/traces/t");
            if (condition(trace!))
                return trace!;
            await changes.WaitAsync(patience.Token);
        }
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _app.Client.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
