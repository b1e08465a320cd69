using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

/// <summary>Pages of other origins: those that may send do, with a key, and nothing else works.</summary>
public sealed class OtherOriginTests(BrowserFixture browser)
{
    private const string Secret = "sk-lf-page";

    private static readonly string s_basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("pk-lf-page:" + Secret));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_of_an_allowed_origin_sends_with_a_key_to_every_way_in_and_reads_nothing()
    {
        await using var site = await OtherOrigin.StartAsync();
        await using var app = await StartAsync(site.Origin + ";https://shop.example");
        var page = await site.OpenAsync(browser);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var json = OtlpJson.Export([1], start);
        var protobuf = OtlpBodies.ToProtobuf(System.Text.Json.Nodes.JsonNode.Parse(OtlpJson.Export([2], start))!);

        Assert.Equal("200", await SendAsync(page, app, "POST", "/v1/traces", "application/json", Encoding.UTF8.GetBytes(json), ("x-api-key", Secret), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));
        Assert.Equal("200", await SendAsync(page, app, "POST", "/v1/traces", "application/x-protobuf", protobuf, ("Authorization", s_basic)));
        Assert.Equal("200", await SendAsync(page, app, "POST", "/api/public/otel/v1/traces", "application/x-protobuf", OtlpBodies.Gzip(protobuf),
            ("Authorization", s_basic), ("Content-Encoding", "gzip"), ("x-langfuse-sdk-name", "javascript"), ("x-langfuse-sdk-version", "5"), ("x-langfuse-public-key", "pk-lf-page"), ("x-langfuse-ingestion-version", "4")));
        Assert.Equal("207", await SendAsync(page, app, "POST", "/api/public/ingestion", "application/json",
            """{"batch":[{"id":"e","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"by-event"}}]}"""u8.ToArray(), ("Authorization", s_basic), ("X-Langfuse-Sdk-Variant", "web")));
        Assert.Equal("200", await SendAsync(page, app, "POST", "/api/traces/start", "application/json", """{"traceId":"by-call"}"""u8.ToArray(), ("Authorization", "Bearer " + Secret)));
        Assert.Equal("200", await SendAsync(page, app, "PUT", "/api/traces/by-call/update", "application/json", """{"output":"x"}"""u8.ToArray(), ("x-api-key", Secret)));

        // What is refused is told, so that the page can say why.
        Assert.Equal("401", await SendAsync(page, app, "POST", "/api/traces/start", "application/json", """{"traceId":"keyless"}"""u8.ToArray()));
        Assert.Equal("401", await SendAsync(page, app, "POST", "/api/traces/start", "application/json", """{"traceId":"wrong"}"""u8.ToArray(), ("x-api-key", "sk-wrong")));

        Assert.Equal("TypeError", await SendAsync(page, app, "GET", "/api/traces/by-call", null, null, ("x-api-key", Secret)));
        Assert.Equal("TypeError", await SendAsync(page, app, "DELETE", "/api/traces/by-call", null, null, ("x-api-key", Secret)));
        Assert.Equal("TypeError", await SendAsync(page, app, "POST", "/api/keys", "application/json", """{"name":"x","scopes":["read"]}"""u8.ToArray(), ("x-api-key", Secret)));
        Assert.Equal([OtlpJson.TraceId(1), OtlpJson.TraceId(2), "by-call", "by-event"], await TracesAsync(app));
    }

    [Fact]
    public async Task A_page_of_any_other_origin_sends_nothing_not_even_what_a_browser_sends_without_asking()
    {
        await using var site = await OtherOrigin.StartAsync();
        await using var app = await StartAsync(site.Origin);
        await using var closed = await StartAsync(null);
        var page = await site.OpenAsync(browser, "localhost");
        var body = """{"traceId":"stolen"}"""u8.ToArray();
        foreach (var target in new[] { app, closed })
        {
            Assert.Equal("TypeError", await SendAsync(page, target, "POST", "/api/traces/start", "application/json", body, ("x-api-key", Secret)));
            await page.EvaluateAsync(
                """
                async address => {
                  for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
                    for (const [path, body] of [
                      ['/api/traces/start', '{"traceId":"stolen"}'],
                      ['/api/public/ingestion', '{"batch":[{"id":"e","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"id":"stolen"}}]}'],
                      ['/v1/traces', '{"resourceSpans":[]}']])
                      await fetch(address + path, { method: 'POST', mode: 'no-cors', body: new Blob([body], { type }) });
                  }
                }
                """,
                target.Address.ToString().TrimEnd('/'));
            Assert.Empty(await TracesAsync(target));
        }
    }

    [Fact]
    public async Task A_page_of_another_origin_opens_no_circuit()
    {
        await using var site = await OtherOrigin.StartAsync();
        await using var app = await StartAsync(site.Origin);
        var page = await site.OpenAsync(browser);

        var outcome = await page.EvaluateAsync<string>(
            """
            address => new Promise(resolve => {
              const socket = new WebSocket(address);
              socket.onopen = () => resolve('open');
              socket.onerror = () => resolve('refused');
            })
            """,
            $"ws://127.0.0.1:{app.Address.Port}/_blazor");

        Assert.Equal("refused", outcome);
    }

    /// <returns>The status of the answer, or the name of the error when the browser lets the page have none.</returns>
    private static Task<string> SendAsync(IPage page, TestApp app, string method, string path, string? type, byte[]? body, params (string Name, string Value)[] headers) => page.EvaluateAsync<string>(
        """
        async ({ address, method, body, headers }) => {
          const bytes = body === null ? undefined : Uint8Array.from(atob(body), c => c.charCodeAt(0));
          try { return String((await fetch(address, { method, body: bytes, headers })).status); } catch (e) { return e.name; }
        }
        """,
        new
        {
            address = new Uri(app.Address, path).ToString(),
            method,
            body = body is null ? null : Convert.ToBase64String(body),
            headers = headers.Append(("Content-Type", type!)).Where(h => h.Item2 is not null).ToDictionary(h => h.Item1, h => h.Item2, StringComparer.Ordinal),
        });

    private static Task<TestApp> StartAsync(string? origins) => TestApp.StartAsync(new TestAppOptions
    {
        Settings = new Dictionary<string, string?> { ["Bootstrap:PublicKey"] = "pk-lf-page", ["Bootstrap:SecretKey"] = Secret, ["Cors:AllowedOrigins"] = origins },
    });

    private static Task<List<string>> TracesAsync(TestApp app) =>
        app.Get<TraceStore>().ReadAsync((db, ct) => db.Traces.OrderBy(t => t.TraceId).Select(t => t.TraceId).ToListAsync(ct), Cancel);
}
