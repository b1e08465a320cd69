using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

public sealed class BrowserGuardTests(BrowserGuardTests.App fixture) : IClassFixture<BrowserGuardTests.App>
{
    private readonly TestApp _app = fixture.Value;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/overview", HttpStatusCode.OK)]
    [InlineData("/traces", HttpStatusCode.OK)]
    [InlineData("/traces/unknown", HttpStatusCode.NotFound)]
    [InlineData("/settings/models", HttpStatusCode.OK)]
    [InlineData("/settings/keys", HttpStatusCode.OK)]
    [InlineData("/settings/privacy", HttpStatusCode.OK)]
    [InlineData("/docs/api/", HttpStatusCode.OK)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    [InlineData("/api/nowhere", HttpStatusCode.NotFound)]
    public async Task Every_page_carries_one_policy_that_lets_only_this_origin_run_anything(string path, HttpStatusCode status)
    {
        using var page = await GetPageAsync(_app, path);

        Assert.Equal(status, page.StatusCode);
        AssertGuarded(page);
    }

    [Fact]
    public async Task What_is_told_of_a_page_that_failed_is_guarded_too_and_says_nothing_of_the_cause()
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Environment = "Production",
            Services = services => services.AddScoped<IDialogService>(static _ => throw new InvalidOperationException("broken")),
        });

        using var page = await GetPageAsync(app, "/traces");

        Assert.Equal(HttpStatusCode.InternalServerError, page.StatusCode);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        Assert.DoesNotContain("broken", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inline_scripts_of_a_page_carry_a_nonce_that_is_new_each_time()
    {
        var nonces = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            using var page = await GetPageAsync(_app, "/docs/api/");
            var html = await page.Content.ReadAsStringAsync(Cancel);
            var nonce = Assert.Single(Policy(page)["script-src"], s => s.StartsWith("'nonce-", StringComparison.Ordinal))["'nonce-".Length..^1];

            Assert.Contains($"nonce=\"{nonce}\"", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
            nonces.Add(nonce);
        }

        Assert.Equal(2, nonces.Count);
    }

    [Theory]
    [InlineData("GET", "/traces")]
    [InlineData("GET", "/css/app.css")]
    [InlineData("GET", "/js/theme.js")]
    [InlineData("GET", "/favicon.svg")]
    [InlineData("GET", "/_framework/blazor.web.js")]
    [InlineData("GET", "/health/live")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/nowhere")]
    [InlineData("GET", "/api/traces/unknown")]
    [InlineData("POST", "/api/traces/start")]
    [InlineData("POST", "/v1/traces")]
    [InlineData("POST", "/api/public/ingestion")]
    [InlineData("PUT", "/api/public/media/unknown/content")]
    [InlineData("DELETE", "/traces")]
    public async Task No_answer_may_be_taken_for_another_type_than_it_says(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _app.Client.SendAsync(request, Cancel);

        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(response.Content.Headers.ContentType?.MediaType == "text/html", response.Headers.Contains("Content-Security-Policy"));
    }

    private static async Task<HttpResponseMessage> GetPageAsync(TestApp app, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.8));
        return await app.Client.SendAsync(request, Cancel);
    }

    private static void AssertGuarded(HttpResponseMessage page)
    {
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        var policy = Policy(page);
        Assert.Equal(["'self'"], policy["default-src"]);
        Assert.Matches("^'self' 'nonce-[0-9a-f]{32}'$", string.Join(' ', policy["script-src"]));
        Assert.Equal(["'self'", "'unsafe-inline'"], policy["style-src"]);
        Assert.Equal(["'self'", "data:", "blob:"], policy["img-src"]);
        Assert.Equal(["'self'", "data:"], policy["media-src"]);
        Assert.Equal(["'self'"], policy["connect-src"]);
        Assert.Equal(["'none'"], policy["object-src"]);
        Assert.Equal(["'self'"], policy["base-uri"]);
        Assert.Equal(["'self'"], policy["form-action"]);
        Assert.Equal(["'none'"], policy["frame-ancestors"]);
        Assert.Equal(10, policy.Count);
    }

    private static Dictionary<string, string[]> Policy(HttpResponseMessage page) =>
        Assert.Single(page.Headers.GetValues("Content-Security-Policy")).Split("; ").Select(d => d.Split(' ')).ToDictionary(d => d[0], d => d[1..]);

    public sealed class App : IAsyncLifetime
    {
        public TestApp Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await TestApp.StartAsync(new TestAppOptions { Environment = "Production" });

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
}
