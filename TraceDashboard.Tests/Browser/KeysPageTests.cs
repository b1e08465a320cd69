using System.Net;
using System.Text;
using Microsoft.Playwright;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

public sealed class KeysPageTests(BrowserFixture browser) : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(375, ColorScheme.Light)]
    [InlineData(375, ColorScheme.Dark)]
    public async Task Everybody_can_use_the_page(int width, ColorScheme theme)
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/keys", width, theme: theme);
        await reader.Page.GetByText("No keys yet").WaitForAsync();
        await reader.AssertAccessibleAsync();

        await FillAsync();
        await reader.GoToAsync("/settings/keys");
        await Expect(Rows(reader)).ToHaveCountAsync(4);
        Assert.Equal(["Active", "Active", "Expired", "Revoked"], await reader.Page.Locator(".mark").AllInnerTextsAsync());
        await reader.AssertAccessibleAsync();
        Assert.Equal(width, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke trial" }).ClickAsync();
        await reader.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await reader.AssertAccessibleAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Create a key" }).ClickAsync();
        await reader.Page.GetByLabel("Name").FillAsync("gateway");
        await reader.AssertAccessibleAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await reader.Page.GetByText("the only time").WaitForAsync();
        await reader.AssertAccessibleAsync();
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task A_key_is_made_its_secret_seen_once_used_and_revoked()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/keys");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Create a key" }).ClickAsync();
        var name = reader.Page.GetByLabel("Name");
        await Expect(name).ToBeFocusedAsync();
        await name.FillAsync("gateway");
        await name.PressAsync("Enter");

        var secret = await reader.Page.GetByLabel("the secret key", new() { Exact = true }).InnerTextAsync();
        Assert.Matches("^sk-[A-Za-z0-9]{40}$", secret);
        await Expect(reader.Page.GetByRole(AriaRole.Button, new() { Name = "Copy the secret key" })).ToHaveAttributeAsync("data-copy", secret);
        await reader.Page.Keyboard.PressAsync("Escape");
        await Expect(reader.Page.GetByText(secret, new() { Exact = true })).ToBeVisibleAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();

        var row = Rows(reader);
        await Expect(row).ToContainTextAsync("gateway");
        await Expect(row.Locator(".scopes")).ToHaveTextAsync("ingest");
        await Expect(row.Locator(".used")).ToContainTextAsync("never");
        await reader.GoToAsync("/settings/keys");
        await Expect(row).ToHaveCountAsync(1);
        Assert.DoesNotContain(secret, await reader.Page.ContentAsync(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, await StartTraceAsync(secret));
        await Expect(row.Locator(".used")).Not.ToContainTextAsync("never");

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke gateway" }).ClickAsync();
        await reader.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(row.Locator(".mark")).ToHaveTextAsync("Revoked");
        Assert.Equal(HttpStatusCode.Unauthorized, await StartTraceAsync(secret));
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task A_key_may_do_something_and_ends_on_a_day_to_come()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");
        await reader.Page.Keyboard.PressAsync("g");
        await reader.Page.Keyboard.PressAsync("k");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Create a key" }).ClickAsync();
        var create = reader.Page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true });
        await reader.Page.GetByLabel("Name").FillAsync("reports");
        await reader.Page.GetByLabel("ingest").UncheckAsync();
        await create.ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Choose what it may do");

        await reader.Page.GetByLabel("read –").CheckAsync();
        await reader.Page.GetByLabel("Expires").SelectOptionAsync("on a day");
        await reader.Page.GetByLabel("On", new() { Exact = true }).FillAsync("2099-12-31");
        await create.ClickAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();

        await Expect(Rows(reader).Locator(".expires")).ToHaveAttributeAsync("title", "31 Dec 2099 00:00:00.000 UTC+01:00");
        await Expect(Rows(reader).Locator(".scopes")).ToHaveTextAsync("read");
        var key = Assert.Single(await _app.Get<ApiKeyManager>().ListAsync(DefaultProject.Id, Cancel));
        Assert.Equal((ApiKeyScopes.Read, new DateTimeOffset(2099, 12, 30, 23, 0, 0, TimeSpan.Zero)), (key.Scopes, key.ExpiresAt));
    }

    private static ILocator Rows(BrowserPage reader) => reader.Page.Locator("[role=row][data-row-box]");

    private async Task FillAsync()
    {
        var manager = _app.Get<ApiKeyManager>();
        var time = _app.Get<TimeProvider>();
        var revoked = await manager.CreateAsync(DefaultProject.Id, "an old script that nobody has used for a long time", ApiKeyScopes.All, null, Cancel);
        await manager.RevokeAsync(DefaultProject.Id, revoked.Key.PublicKey, Cancel);
        await manager.CreateAsync(DefaultProject.Id, "last year", ApiKeyScopes.Read, time.GetUtcNow().AddTicks(1), Cancel);
        await manager.CreateAsync(DefaultProject.Id, "trial", ApiKeyScopes.Ingest, time.GetUtcNow().AddDays(3), Cancel);
        var used = await manager.CreateAsync(DefaultProject.Id, "gateway in production", ApiKeyScopes.Ingest, null, Cancel);
        await StartTraceAsync(used.SecretKey);
    }

    private async Task<HttpStatusCode> StartTraceAsync(string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/traces/start") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("x-api-key", secret);
        using var response = await _app.Client.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}
