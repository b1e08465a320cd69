using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Browser;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Core.Langfuse;

/// <summary>Ids as long as they may be, with slashes in them, on each database: every index takes two of them, every address leads to what they name.</summary>
public sealed class LongIdTests(PostgresCluster cluster, BrowserFixture browser)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Everything_is_found_by_ids_of_800_characters_and_1200_bytes(DatabaseProvider provider)
    {
        await using var app = await StartAsync(provider);
        var (trace, span, parent, session, user, score) = (Id(1), Id(2), Id(3), Id(4), Id(5), Id(6));
        Assert.Equal((Ids.MaxLength, Ids.MaxBytes), (trace.Length, Encoding.UTF8.GetByteCount(trace)));
        await SendAsync(
            app,
            Event("trace-create", new() { ["id"] = trace, ["name"] = "long", ["sessionId"] = session, ["userId"] = user, ["metadata"] = new JsonObject { [Id(7)] = Id(8) } }),
            Event("span-create", new() { ["id"] = parent, ["traceId"] = trace, ["name"] = "outer" }),
            Event("generation-create", new() { ["id"] = span, ["traceId"] = trace, ["parentObservationId"] = parent, ["name"] = "inner", ["model"] = "gpt-4o" }),
            Event("score-create", new() { ["id"] = score, ["traceId"] = trace, ["observationId"] = span, ["name"] = "helpful", ["value"] = 1 }),
            Event("score-create", new() { ["id"] = Id(9), ["sessionId"] = session, ["name"] = "calm", ["value"] = 1 }));

        var read = await GetAsync(app, $"api/public/traces/{Escape(trace)}");
        Assert.Equal((trace, session, user), (Text(read, "id"), Text(read, "sessionId"), Text(read, "userId")));
        Assert.Equal(new[] { parent, span }.Order(StringComparer.Ordinal), read["observations"]!.AsArray().Select(o => Text(o!, "id")).Order(StringComparer.Ordinal));
        Assert.Equal(parent, Text(await GetAsync(app, $"api/public/observations/{Escape(span)}"), "parentObservationId"));
        Assert.Equal(trace, Text(Assert.Single((await GetAsync(app, $"api/public/sessions/{Escape(session)}"))["traces"]!.AsArray())!, "id"));
        Assert.Equal(span, Text(await GetAsync(app, $"api/public/v2/scores/{Escape(score)}"), "observationId"));
        Assert.Equal(span, Text(Assert.Single((await GetAsync(app, $"api/public/observations?traceId={Escape(trace)}&parentObservationId={Escape(parent)}"))["data"]!.AsArray())!, "id"));
        Assert.Equal(trace, Text(Assert.Single((await GetAsync(app, $"api/public/traces?sessionId={Escape(session)}&userId={Escape(user)}"))["data"]!.AsArray())!, "id"));

        // The cursor has two ids in it as well.
        var first = await GetAsync(app, "api/public/v2/observations?limit=1");
        var second = await GetAsync(app, $"api/public/v2/observations?limit=1&cursor={Escape(Text(first["meta"]!, "cursor"))}");
        Assert.Equal(new[] { parent, span }.Order(StringComparer.Ordinal), new[] { first, second }.Select(p => Text(Assert.Single(p["data"]!.AsArray())!, "id")).Order(StringComparer.Ordinal));

        Assert.Equal(trace, Text(await GetAsync(app, $"api/traces/{Escape(trace)}"), "traceId"));
        Assert.Equal(trace, Text(Assert.Single((await GetAsync(app, $"api/traces/search?sessionId={Escape(session)}&userId={Escape(user)}"))["items"]!.AsArray())!, "traceId"));
        using var updated = await SendJsonAsync(app, HttpMethod.Put, $"api/traces/{Escape(trace)}/update", new() { ["spanId"] = span, ["outputDelta"] = "piece", ["sequence"] = 0 });
        Assert.Equal(HttpStatusCode.OK, updated.StatusCode);
        Assert.Equal("piece", Text(await GetAsync(app, $"api/public/observations/{Escape(span)}"), "output"));

        var image = "an image"u8.ToArray();
        using var claimed = await SendJsonAsync(app, HttpMethod.Post, "api/public/media", new()
        {
            ["traceId"] = trace,
            ["observationId"] = span,
            ["field"] = "metadata",
            ["contentType"] = "image/png",
            ["contentLength"] = image.Length,
            ["sha256Hash"] = Convert.ToBase64String(SHA256.HashData(image)),
        });
        Assert.Equal(HttpStatusCode.OK, claimed.StatusCode);
        while (await app.Get<RollupRefresher>().RefreshAsync(Cancel) > 0)
        {
        }

        await using (var page = await BrowserPage.OpenAsync(browser, app, $"traces/{Escape(trace)}?span={Escape(span)}"))
        {
            await Expect(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Name = "inner" }).First).ToBeVisibleAsync();
            Assert.Empty(page.Errors);
        }

        using var gone = await app.Client.DeleteAsync($"api/public/scores/{Escape(score)}", Cancel);
        Assert.Equal(HttpStatusCode.Accepted, gone.StatusCode);
        using var deleted = await app.Client.DeleteAsync($"api/sessions/{Escape(session)}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var missing = await app.Client.GetAsync($"api/public/traces/{Escape(trace)}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task What_is_no_id_is_told_and_costs_no_other()
    {
        await using var app = await StartAsync(DatabaseProvider.Sqlite);
        var bad = new[] { "", new string('x', 801), new string('語', 401), "a\rb" };
        JsonObject[] events =
        [
            .. bad.Select(id => Event("trace-create", new() { ["id"] = id })),
            .. bad.Select(id => Event("span-create", new() { ["id"] = id, ["traceId"] = "good" })),
            .. bad.Select(id => Event("span-create", new() { ["id"] = "s", ["traceId"] = id })),
            .. bad.Select(id => Event("span-create", new() { ["id"] = "s", ["traceId"] = "good", ["parentObservationId"] = id })),
            .. bad.Select(id => Event("score-create", new() { ["id"] = id, ["traceId"] = "good", ["name"] = "n", ["value"] = 1 })),
        ];

        var answer = await SendAsync(app, [.. events, Event("trace-create", new() { ["id"] = "good" })]);

        Assert.Single(answer["successes"]!.AsArray());
        Assert.Equal(events.Length, answer["errors"]!.AsArray().Count);
        Assert.All(answer["errors"]!.AsArray(), e => Assert.Equal((400, true), (e!["status"]!.GetValue<int>(), Text(e, "error").Contains(Ids.Rule, StringComparison.Ordinal))));
        foreach (var id in bad.Skip(1))
        {
            using var started = await SendJsonAsync(app, HttpMethod.Post, "api/traces/start", new() { ["traceId"] = id });
            using var updated = await SendJsonAsync(app, HttpMethod.Put, $"api/traces/{Escape(id)}/update", []);
            Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (started.StatusCode, updated.StatusCode));
        }
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Sessions_and_users_that_are_too_long_are_cut_alike_by_every_protocol(DatabaseProvider provider)
    {
        await using var app = await StartAsync(provider);
        var longer = string.Concat(Enumerable.Range(0, 1_000).Select(n => (char)(0x4E00 + ((n * 7919) % 20_000))));

        await SendAsync(app, Event("trace-create", new() { ["id"] = "langfuse", ["sessionId"] = longer, ["userId"] = longer }));
        using var started = await SendJsonAsync(app, HttpMethod.Post, "api/traces/start", new() { ["traceId"] = "lifecycle", ["sessionId"] = longer, ["userId"] = longer });
        using var exported = await app.Client.PostOtlpAsync(OtlpJson.Export([1], DateTimeOffset.UnixEpoch.AddYears(56)).Replace(
            "\"attributes\":[", $"\"attributes\":[{{\"key\":\"session.id\",\"value\":{{\"stringValue\":\"{longer}\"}}}},{{\"key\":\"user.id\",\"value\":{{\"stringValue\":\"{longer}\"}}}},", StringComparison.Ordinal), Cancel);

        var traces = new List<TraceDetails?>();
        foreach (var id in new[] { "langfuse", "lifecycle", OtlpJson.TraceId(1) })
            traces.Add(await app.Get<TraceReader>().GetTraceAsync(1, id, Cancel));
        Assert.Equal(longer[..399] + "…", traces[0]!.SessionId);
        Assert.All(traces, t => Assert.Equal((traces[0]!.SessionId, traces[0]!.SessionId), (t!.SessionId, t.UserId)));
    }

    [Theory]
    [InlineData("warning", "WARNING", SpanStatus.Unset)]
    [InlineData("Warn", "WARNING", SpanStatus.Unset)]
    [InlineData("INFO", "DEFAULT", SpanStatus.Unset)]
    [InlineData("trace", "DEBUG", SpanStatus.Unset)]
    [InlineData("FATAL", "ERROR", SpanStatus.Error)]
    [InlineData("critical", "ERROR", SpanStatus.Error)]
    [InlineData("error", "ERROR", SpanStatus.Error)]
    public async Task Levels_of_other_vocabularies_are_read_by_both_of_langfuses_protocols(string word, string level, SpanStatus status)
    {
        await using var app = await StartAsync(DatabaseProvider.Sqlite);
        await SendAsync(app, Event("span-create", new() { ["id"] = "s", ["traceId"] = "t", ["level"] = word }));
        using var exported = await app.Client.PostOtlpAsync(OtlpJson.Export([1], DateTimeOffset.UnixEpoch.AddYears(56)).Replace(
            "\"attributes\":[", $"\"attributes\":[{{\"key\":\"langfuse.observation.level\",\"value\":{{\"stringValue\":\"{word}\"}}}},", StringComparison.Ordinal), Cancel);

        foreach (var (trace, span) in new[] { ("t", "s"), (OtlpJson.TraceId(1), OtlpJson.SpanId(1)) })
        {
            Assert.Equal(level, Text(await GetAsync(app, $"api/public/observations/{span}"), "level"));
            Assert.Equal(status, (await app.Get<TraceReader>().GetSpanAsync(1, trace, span, null, Cancel))!.Facts.Status);
        }
    }

    [Fact]
    public async Task Environments_are_in_lower_case_whatever_they_came_by()
    {
        await using var app = await StartAsync(DatabaseProvider.Sqlite);
        await SendAsync(app, Event("trace-create", new() { ["id"] = "langfuse", ["environment"] = "Prod-EU" }));
        using var started = await SendJsonAsync(app, HttpMethod.Post, "api/traces/start", new() { ["traceId"] = "lifecycle", ["environment"] = "Prod-EU" });
        foreach (var (number, key) in new[] { (1, "langfuse.environment"), (2, "deployment.environment.name"), (3, "deployment.environment") })
        {
            using var exported = await app.Client.PostOtlpAsync(OtlpJson.Export([number], DateTimeOffset.UnixEpoch.AddYears(56)).Replace(
                "{\"resourceSpans\":[{", $"{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"{key}\",\"value\":{{\"stringValue\":\"Prod-EU\"}}}}]}},", StringComparison.Ordinal), Cancel);
        }

        foreach (var id in new[] { "langfuse", "lifecycle", OtlpJson.TraceId(1), OtlpJson.TraceId(2), OtlpJson.TraceId(3) })
            Assert.Equal((id, "prod-eu"), (id, (await app.Get<TraceReader>().GetTraceAsync(1, id, Cancel))!.Environment));
    }

    private async Task<TestApp> StartAsync(DatabaseProvider provider) => await TestApp.StartAsync(new TestAppOptions
    {
        Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null,
    });

    /// <summary>An id that no index compresses, as long as one may be.</summary>
    private static string Id(int seed)
    {
        const string ascii = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/%?#&+= .";
        var random = new Random(seed);
        return string.Concat(Enumerable.Range(0, 800).Select(n => n % 4 == 0 ? (char)random.Next(0x4E00, 0x9FFF) : ascii[random.Next(ascii.Length)]));
    }

    private static JsonObject Event(string type, JsonObject body) =>
        new() { ["id"] = Guid.NewGuid().ToString(), ["timestamp"] = "2026-01-01T00:00:00Z", ["type"] = type, ["body"] = body };

    private static async Task<JsonNode> SendAsync(TestApp app, params JsonNode[] events)
    {
        using var response = await SendJsonAsync(app, HttpMethod.Post, "api/public/ingestion", new() { ["batch"] = new JsonArray(events) });
        Assert.Equal(HttpStatusCode.MultiStatus, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
    }

    private static async Task<HttpResponseMessage> SendJsonAsync(TestApp app, HttpMethod method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        return await app.Client.SendAsync(request, Cancel);
    }

    private static async Task<JsonNode> GetAsync(TestApp app, string path)
    {
        using var response = await app.Client.GetAsync(path, Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} for {path[..Math.Min(60, path.Length)]}: {await response.Content.ReadAsStringAsync(Cancel)}");
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
    }

    private static string Escape(string id) => Uri.EscapeDataString(id);

    private static string Text(JsonNode json, string name) => json[name]!.GetValue<string>();
}
