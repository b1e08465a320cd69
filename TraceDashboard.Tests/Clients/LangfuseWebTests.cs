using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Browser;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Clients;

/// <summary>Langfuse's SDK for pages, which sends scores with nothing but the public key.</summary>
public sealed class LangfuseWebTests(BrowserFixture browser)
{
    private const string Page = """
        <!DOCTYPE html><title>Shop</title>
        <script type="importmap">{ "imports": { "langfuse": "/clients/langfuse/lib/index.mjs", "langfuse-core": "/clients/langfuse-core/lib/index.mjs", "mustache": "/clients/mustache/mustache.mjs" } }</script>
        <script type="module">import { LangfuseWeb } from "langfuse"; window.LangfuseWeb = LangfuseWeb;</script>
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_of_an_allowed_origin_sends_scores_with_langfuses_sdk_for_pages()
    {
        await using var site = await OtherOrigin.StartAsync(Page);
        await using var app = await StartAsync(site.Origin);
        await AllowAsync(app, true);
        var page = await site.OpenAsync(browser);
        await page.WaitForFunctionAsync("() => window.LangfuseWeb");

        await page.EvaluateAsync(
            """
            async baseUrl => {
              const langfuse = new LangfuseWeb({ publicKey: 'pk-page', baseUrl });
              await langfuse.score({ id: 'by-page', traceId: 't-1', name: 'helpful', value: 1, comment: 'thanks' });
            }
            """,
            app.Address.ToString().TrimEnd('/'));

        var score = (await app.Get<ScoreReader>().GetAsync(DefaultProject.Id, "by-page", Cancel))!.Score;
        Assert.Equal(("t-1", "helpful", 1.0, "thanks", ScoreSource.Api), (score.TraceId, score.Name, score.Value, score.Comment, score.Source));
    }

    [Fact]
    public async Task A_public_key_alone_is_good_for_scores_where_the_project_says_so_and_for_nothing_else()
    {
        await using var app = await StartAsync(null);
        const string score = """{"id":"s","timestamp":"2026-01-01T00:00:00Z","type":"score-create","body":{"id":"one","traceId":"t","name":"n","value":1}}""";
        const string trace = """{"id":"t","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"t"}}""";
        const string log = """{"id":"l","timestamp":"2026-01-01T00:00:00Z","type":"sdk-log","body":{"log":1}}""";
        const string batch = $$"""{"batch":[{{score}},{{trace}},{{log}}]}""";

        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(app, HttpMethod.Post, "/api/public/ingestion", batch)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(app, HttpMethod.Post, "/api/public/scores", """{"traceId":"t","name":"n","value":1}""")).Status);

        await AllowAsync(app, true);
        var (status, answer) = await SendAsync(app, HttpMethod.Post, "/api/public/ingestion", batch);
        Assert.Equal(HttpStatusCode.MultiStatus, status);
        Assert.Equal("s", Assert.Single(answer!["successes"]!.AsArray())!["id"]!.GetValue<string>());
        var refused = Assert.Single(answer["errors"]!.AsArray())!;
        Assert.Equal(("t", 401, "Authentication error"), (refused["id"]!.GetValue<string>(), refused["status"]!.GetValue<int>(), refused["message"]!.GetValue<string>()));
        Assert.Null(await app.Get<TraceReader>().GetTraceAsync(DefaultProject.Id, "t", Cancel));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(app, HttpMethod.Post, "/api/public/scores", """{"traceId":"t","name":"n","value":1}""")).Status);

        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, "/api/public/scores", null), (HttpMethod.Delete, "/api/public/scores/one", null), (HttpMethod.Get, "/api/public/traces", null), (HttpMethod.Get, "/api/traces/search", null),
            (HttpMethod.Post, "/api/traces/start", "{}"), (HttpMethod.Post, "/api/public/otel/v1/traces", "{}"), (HttpMethod.Post, "/api/public/media", "{}"), (HttpMethod.Post, "/api/keys", "{}"),
        })
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, (await SendAsync(app, method, path, body)).Status));

        // No key that may not send, none that is no longer good, and none of another form.
        var keys = app.Get<ApiKeyManager>();
        var reading = await keys.CreateAsync(DefaultProject.Id, "reads", ApiKeyScopes.Read, null, Cancel);
        var revoked = await keys.CreateAsync(DefaultProject.Id, "revoked", ApiKeyScopes.Ingest, null, Cancel);
        await keys.RevokeAsync(DefaultProject.Id, revoked.Key.PublicKey, Cancel);
        foreach (var key in new[] { reading.Key.PublicKey, revoked.Key.PublicKey, "pk-other", "pk-" })
            Assert.Equal((key, HttpStatusCode.Unauthorized), (key, (await SendAsync(app, HttpMethod.Post, "/api/public/ingestion", batch, key)).Status));

        await AllowAsync(app, false);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(app, HttpMethod.Post, "/api/public/ingestion", batch)).Status);
    }

    private static Task<TestApp> StartAsync(string? origins) => TestApp.StartAsync(new TestAppOptions
    {
        Settings = new Dictionary<string, string?> { ["Bootstrap:PublicKey"] = "pk-page", ["Bootstrap:SecretKey"] = "sk-page", ["Cors:AllowedOrigins"] = origins },
    });

    /// <summary>Through the API, as a program sets it.</summary>
    private static async Task AllowAsync(TestApp app, bool allowed)
    {
        var settings = JsonNode.Parse(await app.Client.GetStringAsync("/api/project/settings", Cancel))!;
        settings["scoresByPublicKey"] = allowed;
        using var content = new StringContent(settings.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await app.Client.PutAsync("/api/project/settings", content, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(allowed, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["scoresByPublicKey"]!.GetValue<bool>());
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(TestApp app, HttpMethod method, string path, string? body, string key = "pk-page")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await app.Client.SendAsync(request, Cancel);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel)) : null);
    }
}
