using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using TraceDashboard.Components.Shared;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

public sealed class ShellTests(BrowserFixture browser) : IAsyncLifetime
{
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(ColorScheme.Light, "light", "rgb(252, 252, 253)")]
    [InlineData(ColorScheme.Dark, "dark", "rgb(15, 16, 19)")]
    public async Task The_system_decides_the_theme_until_the_reader_does(ColorScheme system, string theme, string background)
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces", theme: system);

        Assert.Equal(theme, await reader.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal(background, await reader.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));

        await reader.Page.ClickAsync("[data-theme-toggle]");
        var other = theme == "light" ? "dark" : "light";
        await reader.GoToAsync("/traces");
        Assert.Equal(other, await reader.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task No_request_leaves_the_origin()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");
        await reader.Page.ClickAsync("[data-help]");
        await reader.Page.Locator(".mud-dialog").WaitForAsync();

        Assert.NotEmpty(reader.Requests);
        Assert.All(reader.Requests, url => Assert.Equal(_app.Address.Authority, new Uri(url).Authority));
        Assert.Contains(reader.Requests, url => url.EndsWith(".woff2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_open_the_help_and_close_it()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");

        await reader.Page.Keyboard.PressAsync("?");
        var dialog = reader.Page.GetByRole(AriaRole.Dialog);
        await dialog.WaitForAsync();
        Assert.Contains("Go to Traces", await dialog.InnerTextAsync(), StringComparison.Ordinal);

        await reader.Page.Keyboard.PressAsync("Escape");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    [Fact]
    public async Task The_time_range_goes_into_the_URL()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");

        await reader.Page.ClickAsync("[data-range]");
        await reader.Page.GetByText("Last 6 hours").ClickAsync();
        await Assertions.Expect(reader.Page).ToHaveURLAsync(new Uri(_app.Address, "/traces?range=6h").ToString());

        await reader.GoToAsync("/traces?range=6h");
        Assert.Contains("Last 6 hours", await reader.Page.Locator("[data-range]").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_range_is_reached_with_keys_alone_and_a_custom_one_closes_its_menu()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");
        var (range, keyboard) = (reader.Page.GetByRole(AriaRole.Button, new() { Name = "Last 24 hours" }), reader.Page.Keyboard);

        await reader.Page.FocusAsync("[data-theme-toggle]");
        await keyboard.PressAsync("Shift+Tab");
        await Assertions.Expect(range).ToBeFocusedAsync();
        await Assertions.Expect(range).ToHaveAttributeAsync("aria-expanded", "false");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Last 15 minutes" })).ToBeFocusedAsync();
        await reader.AssertAccessibleAsync();
        for (var step = 0; step < TimeRange.Presets.Count; step++)
            await keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Custom…" })).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");

        var dialog = reader.Page.GetByRole(AriaRole.Dialog);
        await dialog.WaitForAsync();
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Menuitem)).ToHaveCountAsync(0);
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Navigation_folds_away_on_a_small_screen()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces", width: 375, height: 700);
        var link = reader.Page.Locator("[data-go=t]");
        Assert.False(await link.IsVisibleAsync());

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Navigation" }).ClickAsync();
        await link.ClickAsync();
        await link.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        Assert.Equal(375, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Theory]
    [InlineData("Development", 0)]
    [InlineData("Production", 1)]
    public async Task Outside_development_the_pages_and_the_log_say_that_nobody_signs_in(string environment, int times)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { Environment = environment });
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/traces", width: 375);

        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Note).Filter(new() { HasText = "No sign-in yet" })).ToHaveCountAsync(times);
        Assert.Equal(times, app.Log.Entries.Count(e => e.Level == LogLevel.Warning && e.Message.Contains("The pages are open", StringComparison.Ordinal)));
        Assert.Equal(375, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await reader.AssertAccessibleAsync();
    }

    [Fact]
    public async Task What_becomes_markup_in_a_page_against_all_care_runs_nothing_and_loads_nothing()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");
        Assert.Empty(reader.Errors);

        await reader.Page.EvaluateAsync(
            """
            () => new Promise(done => {
              const open = new Set(['script-src-attr', 'img-src', 'script-src-elem']);
              addEventListener('securitypolicyviolation', e => open.delete(e.effectiveDirective) && open.size === 0 && done());
              document.body.insertAdjacentHTML('beforeend', `<img src="data:," onerror="document.title = 'owned'"><img src="https://foreign.example/x.png">`);
              document.body.append(Object.assign(document.createElement('script'), { textContent: "document.title = 'owned'" }));
            })
            """);

        Assert.NotEqual("owned", await reader.Page.TitleAsync());
    }

    [Fact]
    public async Task The_reference_of_the_api_keeps_the_policy()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");
        await reader.Page.GotoAsync(new Uri(_app.Address, "/docs/api").ToString());
        await reader.Page.GetByRole(AriaRole.Heading, new() { Name = "Trace Dashboard" }).First.WaitForAsync();
        await reader.Page.GetByText("Start a trace").First.ClickAsync();

        Assert.Empty(reader.Errors);
        Assert.All(reader.Requests.Select(r => new Uri(r)).Where(r => r.Scheme is "http" or "https"), r => Assert.Equal(_app.Address.Authority, r.Authority));
    }

    [Fact]
    public async Task An_unknown_address_is_a_404_with_a_way_on()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");

        var response = await reader.Page.GotoAsync(new Uri(_app.Address, "/nowhere").ToString());
        Assert.Equal(404, response!.Status);
        await reader.WaitUntilInteractiveAsync();
        Assert.Contains("There is no page here", await reader.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }
}
