using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TraceDashboard.Tests.Browser;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Hosting;

/// <summary>The app behind proxies, under a path.</summary>
public sealed class ProxyTests(BrowserFixture browser)
{
    private const string Secret = "sk-proxy";
    private const string Path = "/llm";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProxyManner.PassesOn)]
    [InlineData(ProxyManner.TakesOff)]
    [InlineData(ProxyManner.TakesOffAndSaysSo)]
    public async Task Pages_circuits_files_and_the_api_reference_work_under_a_path(ProxyManner manner)
    {
        await using var app = await StartAsync(manner);
        await using var proxy = await PathProxy.StartAsync(app.Address, Path, manner);
        await using var page = await BrowserPage.OpenAsync(browser, app, "traces", address: proxy.Address);

        // What the reader is to paste leads through the proxy.
        await Expect(page.Page.GetByText($"export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={proxy.Address}v1/traces").First).ToBeVisibleAsync();
        await Expect(page.Page.GetByText($"curl {proxy.Address}api/traces/start").First).ToBeVisibleAsync();

        // The circuit goes from page to page, and a trace appears on an open one.
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Overview" }).First.ClickAsync();
        await page.Page.WaitForURLAsync(proxy.Address + "overview**");
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Traces" }).First.ClickAsync();
        await page.Page.WaitForURLAsync(proxy.Address + "traces**");
        using var client = new HttpClient { BaseAddress = proxy.Address };
        client.DefaultRequestHeaders.Add("x-api-key", Secret);
        using var started = await PostAsync(client, "api/traces/start", """{"traceId":"a/b","name":"behind the proxy","output":"x"}""");
        Assert.Equal(HttpStatusCode.OK, started.StatusCode);
        await page.Page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "behind the proxy" }).First.ClickAsync();
        await page.Page.WaitForURLAsync(proxy.Address + "traces/a%2Fb**");
        await Expect(page.Page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Name = "behind the proxy", Level = 1 })).ToBeVisibleAsync();

        await page.Page.GotoAsync(proxy.Address + "docs/api");
        await Expect(page.Page.GetByText("Start a trace").First).ToBeVisibleAsync();
        await Expect(page.Page.GetByText(proxy.Address.ToString().TrimEnd('/')).First).ToBeVisibleAsync(); // the server that its requests go to

        Assert.Empty(page.Errors);
        Assert.All(page.Requests.Where(r => r.StartsWith("http", StringComparison.Ordinal)), r => Assert.StartsWith(proxy.Address.ToString(), r, StringComparison.Ordinal));
        Assert.All( // outside Development it warns that the pages are open
            app.Log.Entries.Where(e => e.Level >= LogLevel.Warning && e.Category.StartsWith("TraceDashboard", StringComparison.Ordinal)),
            e => Assert.StartsWith("The pages are open", e.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ProxyManner.PassesOn)]
    [InlineData(ProxyManner.TakesOff)]
    [InlineData(ProxyManner.TakesOffAndSaysSo)]
    public async Task The_apis_work_under_a_path_and_addresses_of_files_lead_through_it(ProxyManner manner)
    {
        await using var app = await StartAsync(manner);
        await using var proxy = await PathProxy.StartAsync(app.Address, Path, manner);
        using var client = new HttpClient { BaseAddress = proxy.Address };
        client.DefaultRequestHeaders.Add("x-api-key", Secret);

        using var exported = await PostAsync(client, "v1/traces", OtlpJson.Export([1], new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(HttpStatusCode.OK, exported.StatusCode);
        foreach (var id in new[] { "a/b", "llm", "100%2F" })
        {
            using var started = await PostAsync(client, "api/traces/start", new JsonObject { ["traceId"] = id }.ToJsonString());
            using var completed = await PostAsync(client, $"api/traces/{Uri.EscapeDataString(id)}/complete", "{}");
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (started.StatusCode, completed.StatusCode));
            Assert.Equal(id, (await ReadAsync(client, $"api/traces/{Uri.EscapeDataString(id)}"))["traceId"]!.GetValue<string>());
            Assert.Equal(id, (await ReadAsync(client, $"api/public/traces/{Uri.EscapeDataString(id)}"))["id"]!.GetValue<string>());
        }

        var image = "an image"u8.ToArray();
        using var claimed = await PostAsync(client, "api/public/media", new JsonObject
        {
            ["traceId"] = "a/b",
            ["field"] = "input",
            ["contentType"] = "image/png",
            ["contentLength"] = image.Length,
            ["sha256Hash"] = Convert.ToBase64String(SHA256.HashData(image)),
        }.ToJsonString());
        var claim = JsonNode.Parse(await claimed.Content.ReadAsStringAsync(Cancel))!;
        var upload = claim["uploadUrl"]!.GetValue<string>();
        Assert.StartsWith(proxy.Address.ToString(), upload, StringComparison.Ordinal);
        using var bytes = new ByteArrayContent(image);
        using var uploaded = await client.PutAsync(new Uri(upload), bytes, Cancel);
        Assert.Equal(HttpStatusCode.OK, uploaded.StatusCode);
        var address = (await ReadAsync(client, $"api/public/media/{claim["mediaId"]}"))["url"]!.GetValue<string>();
        Assert.StartsWith(proxy.Address.ToString(), address, StringComparison.Ordinal);
        Assert.Equal(image, await client.GetByteArrayAsync(new Uri(address), Cancel));

        Assert.Equal(Path, (await ReadAsync(client, "openapi/v1.json"))["servers"]![0]!["url"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("127.0.0.0/8", "/llm", "/llm/")]
    [InlineData("127.0.0.1;10.0.0.0/8", "/llm/", "/llm/")]
    [InlineData("10.0.0.0/8", "/llm", "/")]
    [InlineData(null, "/llm", "/")]
    [InlineData("127.0.0.1", "//shop.example", "/")]
    [InlineData("127.0.0.1", "/a/../b", "/")]
    [InlineData("127.0.0.1", "/\"><script>", "/")]
    public async Task A_path_is_taken_from_known_proxies_only_and_what_is_no_path_from_nobody(string? known, string prefix, string path)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Settings = new Dictionary<string, string?> { ["Hosting:KnownProxies"] = known } });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/traces");
        Assert.True(request.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix));

        using var response = await app.Client.SendAsync(request, Cancel);

        Assert.Contains($"<base href=\"{path}\" />", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static Task<TestApp> StartAsync(ProxyManner manner) => TestApp.StartAsync(new TestAppOptions
    {
        Environment = "Production",
        Settings = new Dictionary<string, string?>
        {
            ["Bootstrap:PublicKey"] = "pk-proxy",
            ["Bootstrap:SecretKey"] = Secret,
            ["Hosting:PathBase"] = manner == ProxyManner.TakesOffAndSaysSo ? null : Path,
            ["Hosting:KnownProxies"] = manner == ProxyManner.TakesOffAndSaysSo ? "127.0.0.1" : null,
        },
    });

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await client.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
    }

    private static async Task<JsonNode> ReadAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative), Cancel))!;
}
