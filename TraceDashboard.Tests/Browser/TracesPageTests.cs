using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

public sealed class TracesPageTests(BrowserFixture browser) : IAsyncLifetime
{
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(375, ColorScheme.Light)]
    [InlineData(375, ColorScheme.Dark)]
    public async Task Everybody_can_use_the_page(int width, ColorScheme theme)
    {
        await SendAsync(40);
        await SentTrace.SendAsync(
            _app,
            new SentTrace { Name = "failed", Status = SpanStatus.Error },
            new SentTrace { Name = "running", Duration = null },
            new SentTrace { Name = "a name that is much too long for the width of any column that there is on this page", User = null });
        await using var reader = await OpenAsync("/traces", width, theme);
        await reader.Page.Locator("[data-row-box]").First.WaitForAsync();

        await reader.AssertAccessibleAsync();
        Assert.Equal(width, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(reader.Errors);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Without_data_the_page_says_how_to_send_the_first_trace(ColorScheme theme)
    {
        await using var reader = await OpenAsync("/traces", theme: theme);
        await reader.Page.GetByText("No traces yet").WaitForAsync();

        Assert.Contains($"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={_app.Address}v1/traces", await reader.Page.Locator("pre").First.InnerTextAsync(), StringComparison.Ordinal);
        await reader.AssertAccessibleAsync();

        // The commands that the page offers are run as they are.
        var commands = await reader.Page.Locator("pre").Last.InnerTextAsync();
        foreach (Match command in Regex.Matches(commands, @"curl (\S+)[^']*'[^']*'[^']*'([^']*)'"))
        {
            using var body = new StringContent(command.Groups[2].Value, System.Text.Encoding.UTF8, "application/json");
            using var response = await _app.Client.PostAsync(new Uri(command.Groups[1].Value), body, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{command.Value}: {(int)response.StatusCode}");
        }

        await Expect(Row(reader, "hello")).ToContainTextAsync("Ok");
    }

    [Fact]
    public async Task Filters_land_in_the_URL_and_survive_a_reload()
    {
        await SendAsync(5);
        await SentTrace.SendAsync(_app, new SentTrace { Name = "billing", Model = "claude-sonnet-4-5", User = "u_77", Status = SpanStatus.Error });
        await using var reader = await OpenAsync("/traces");

        await Row(reader, "billing").Locator("a", new() { HasText = "u_77" }).ClickAsync();
        await Expect(reader.Page).ToHaveURLAsync(new Regex(@"\?user=u_77$"));
        await Row(reader, "billing").GetByText("Error").ClickAsync();
        await Expect(reader.Page).ToHaveURLAsync(new Regex(@"\?user=u_77&status=error$"));
        await reader.Page.Keyboard.PressAsync("/");
        await reader.Page.Keyboard.TypeAsync("bill");
        await Expect(reader.Page).ToHaveURLAsync(new Regex(@"\?q=bill&status=error&user=u_77$"));

        await reader.Page.ReloadAsync();
        await reader.WaitUntilInteractiveAsync();
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(1);
        await Expect(reader.Page.Locator("[data-search]")).ToHaveValueAsync("bill");
        await Expect(reader.Page.GetByRole(AriaRole.Combobox, new() { Name = "User" })).ToHaveValueAsync("u_77");

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Clear", Exact = true }).Last.ClickAsync();
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(6);
        await Expect(reader.Page.GetByText("6 traces match")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_matches_nothing_says_so_and_offers_the_way_back()
    {
        await SendAsync(1);
        await using var reader = await OpenAsync("/traces?model=none");

        await reader.Page.GetByText("No traces match").WaitForAsync();
        await reader.Page.GetByText("Clear the filters").ClickAsync();
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_new_trace_appears_at_the_top_and_changes_in_place_without_a_reload()
    {
        await SendAsync(3);
        await using var reader = await OpenAsync("/traces");
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(3);

        var trace = new SentTrace { Name = "fresh", Duration = null, Start = DateTimeOffset.UtcNow };
        await SentTrace.SendAsync(_app, trace);
        await Expect(reader.Page.Locator("[data-row-box]").First).ToContainTextAsync("fresh");
        await Expect(Row(reader, "fresh")).ToContainTextAsync("Running");

        await SentTrace.SendAsync(_app, trace with { Duration = TimeSpan.FromMilliseconds(4_210), Sequence = 1 });
        await Expect(Row(reader, "fresh")).ToContainTextAsync("Ok");
        await Expect(Row(reader, "fresh")).ToContainTextAsync("4.21");
    }

    [Fact]
    public async Task The_row_under_the_pointer_does_not_move()
    {
        await SendAsync(60);
        await using var reader = await OpenAsync("/traces");
        var row = Row(reader, "trace-055");
        await row.HoverAsync();
        await reader.Page.Locator("[data-held=true]").WaitForAsync();
        var before = await row.BoundingBoxAsync();

        await SentTrace.SendAsync(_app, [.. Enumerable.Range(0, 3).Select(i => new SentTrace { Name = $"new-{i}", Start = DateTimeOffset.UtcNow })]);
        var pill = reader.Page.GetByRole(AriaRole.Button, new() { Name = "3 new" });
        await pill.WaitForAsync();
        var after = await row.BoundingBoxAsync();
        Assert.Equal(before!.Y, after!.Y);

        await pill.ClickAsync();
        await Expect(reader.Page.Locator("[data-row-box]").First).ToContainTextAsync("new-");
        await Expect(pill).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_row_that_comes_in_before_the_pointer_is_known_of_moves_nothing()
    {
        await SendAsync(60);
        await using var reader = await OpenAsync("/traces");
        var row = Row(reader, "trace-055");
        await reader.Page.Locator("[data-held=false]").WaitForAsync();
        await row.HoverAsync();
        var before = await row.BoundingBoxAsync();

        await reader.Page.EvaluateAsync("() => { const first = document.querySelector('[data-row-box]'); first.before(first.cloneNode(true)); }");

        var after = await row.BoundingBoxAsync();
        Assert.Equal(before!.Y, after!.Y);
        Assert.Equal(34, await reader.Page.EvaluateAsync<int>("document.querySelector('[data-list]').scrollTop"));
    }

    [Fact]
    public async Task A_row_that_the_pointer_reached_before_the_script_does_not_move_either()
    {
        await SendAsync(60);
        await using var reader = await OpenAsync("/traces");
        var script = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await reader.Page.RouteAsync("**/TracesPage.razor.js", async route =>
        {
            await script.Task;
            await route.ContinueAsync();
        });
        await reader.Page.ReloadAsync();
        var row = Row(reader, "trace-055");
        await row.HoverAsync();
        var before = await row.BoundingBoxAsync();

        await SentTrace.SendAsync(_app, new SentTrace { Name = "new-0", Start = DateTimeOffset.UtcNow });
        var pill = reader.Page.GetByRole(AriaRole.Button, new() { Name = "1 new" });
        await pill.WaitForAsync();
        script.SetResult();
        await reader.Page.Locator("[data-held=true]").WaitForAsync();

        var after = await row.BoundingBoxAsync();
        Assert.Equal(before!.Y, after!.Y);
        await Expect(pill).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Scrolling_loads_on_and_the_way_back_finds_the_place()
    {
        await SendAsync(350);
        await using var reader = await OpenAsync("/traces");
        await Expect(reader.Page.GetByText("350 traces match")).ToBeVisibleAsync();

        var last = Row(reader, "trace-000");
        while (!await last.IsVisibleAsync())
        {
            var height = await ScrollHeightAsync(reader);
            await reader.Page.EvaluateAsync("() => { const s = document.querySelector('[data-list]'); s.scrollTop = s.scrollHeight; }");
            await reader.Page.WaitForFunctionAsync("before => document.querySelector('[data-list]').scrollHeight !== before || document.querySelector('[data-more]') === null", height);
        }

        await Expect(reader.Page.Locator("[data-row-box]").First).Not.ToContainTextAsync("trace-349");

        // Its row may be there before it is in view: the reader goes to the very end, and the page remembers that.
        await reader.Page.WaitForFunctionAsync("() => { const s = document.querySelector('[data-list]'); s.scrollTop = s.scrollHeight; return history.state?.place?.top === s.scrollTop; }");
        await reader.Page.ReloadAsync();
        await reader.WaitUntilInteractiveAsync();
        await Expect(last).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Keys_walk_through_the_rows_and_open_one()
    {
        await SendAsync(5);
        await using var reader = await OpenAsync("/traces");
        await reader.Page.Locator("[data-row-box]").First.WaitForAsync();

        await reader.Page.Keyboard.PressAsync("j");
        await reader.Page.Keyboard.PressAsync("j");
        await reader.Page.Keyboard.PressAsync("j");
        await reader.Page.Keyboard.PressAsync("k");
        await Expect(reader.Page.Locator("[data-row]").Nth(1)).ToBeFocusedAsync();

        await reader.Page.Keyboard.PressAsync("Escape");
        await Expect(reader.Page.Locator("[data-row]").Nth(1)).Not.ToBeFocusedAsync();

        await reader.Page.Keyboard.PressAsync("j");
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(reader.Page).ToHaveURLAsync(new Regex("/traces/[0-9a-f]{32}$"));
    }

    [Fact]
    public async Task Escape_leaves_the_search_with_what_was_typed_in_it()
    {
        await SendAsync(5);
        await using var reader = await OpenAsync("/traces?q=trace-003");
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(1);

        await reader.Page.Keyboard.PressAsync("/");
        await Expect(reader.Page.Locator("[data-search]")).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("Escape");

        await Expect(reader.Page.Locator("[data-search]")).Not.ToBeFocusedAsync();
        await Expect(reader.Page.Locator("[data-search]")).ToHaveValueAsync("trace-003");
    }

    [Fact]
    public async Task A_user_that_is_typed_in_full_counts_when_the_field_is_left()
    {
        await SendAsync(8);
        await SentTrace.SendAsync(_app, new SentTrace { Name = "billing", User = "u_77" });
        await using var reader = await OpenAsync("/traces");
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(9);

        await reader.Page.GetByRole(AriaRole.Combobox, new() { Name = "User" }).FocusAsync();
        await reader.Page.GetByRole(AriaRole.Option).First.WaitForAsync();
        await reader.Page.Keyboard.InsertTextAsync("u_77");
        await reader.Page.Keyboard.PressAsync("Tab");

        await Expect(reader.Page).ToHaveURLAsync(new Regex(@"\?user=u_77$"));
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Back_from_a_trace_finds_its_row_in_focus_and_where_it_was_whatever_came_meanwhile()
    {
        await SendAsync(60);
        await using var reader = await OpenAsync("/traces");
        var row = Row(reader, "trace-055");
        await row.WaitForAsync();
        var before = await row.BoundingBoxAsync();

        await row.Locator("[data-row]").PressAsync("Enter");
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        await SentTrace.SendAsync(_app, [.. Enumerable.Range(0, 3).Select(i => new SentTrace { Name = $"new-{i}", Start = DateTimeOffset.UtcNow })]);
        await reader.Page.GoBackAsync();

        await Expect(row.Locator("[data-row]")).ToBeFocusedAsync();
        var after = await row.BoundingBoxAsync();
        Assert.Equal(before!.Y, after!.Y, tolerance: 1);
    }

    [Fact]
    public async Task The_whole_row_is_the_link_and_has_its_menu_on_a_phone_too()
    {
        await SendAsync(1);
        await using var reader = await OpenAsync("/traces", 375);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Actions on trace-000" }).ClickAsync();
        await reader.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Copy trace id" }).WaitForAsync();
        await reader.Page.Keyboard.PressAsync("Escape");

        var latency = (await reader.Page.Locator(".latency").BoundingBoxAsync())!;
        await reader.Page.Mouse.ClickAsync(latency.X + (latency.Width / 2), latency.Y + (latency.Height / 2));
        await Expect(reader.Page).ToHaveURLAsync(new Regex("/traces/[0-9a-f]{32}$"));
    }

    [Fact]
    public async Task The_menu_of_a_row_narrows_the_list()
    {
        await SendAsync(3);
        await SentTrace.SendAsync(_app, new SentTrace { Name = "billing" });
        await using var reader = await OpenAsync("/traces");

        await Row(reader, "billing").HoverAsync();
        await Row(reader, "billing").GetByRole(AriaRole.Button).ClickAsync();
        await reader.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Only name billing" }).ClickAsync();

        await Expect(reader.Page).ToHaveURLAsync(new Regex(@"\?name=billing$"));
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(1);
        await reader.Page.GetByText("name: billing").ClickAsync();
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task A_busy_feed_renders_the_page_at_most_five_times_a_second()
    {
        var running = Enumerable.Range(0, 20).Select(i => new SentTrace { Name = $"running-{i}", Duration = null, Start = DateTimeOffset.UtcNow }).ToArray();
        await SentTrace.SendAsync(_app, running);
        await using var reader = await OpenAsync("/traces");
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(20);

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var before = reader.Renders;
        for (var i = 1; i <= 60; i++)
            await SentTrace.SendAsync(_app, [.. running.Select(t => t with { Sequence = i, Input = i.ToString(CultureInfo.InvariantCulture) })]);
        await Expect(Row(reader, "running-0")).ToContainTextAsync("60");
        var seconds = clock.Elapsed.TotalSeconds;

        Assert.InRange(reader.Renders - before, 1, (int)Math.Ceiling(seconds * 5) + 1);
    }

    private static ILocator Row(BrowserPage reader, string name) =>
        reader.Page.Locator("[data-row-box]").Filter(new() { Has = reader.Page.Locator("[data-row]", new() { HasTextString = name }) });

    private static Task<int> ScrollHeightAsync(BrowserPage reader) =>
        reader.Page.EvaluateAsync<int>("document.querySelector('[data-list]').scrollHeight");

    private Task<BrowserPage> OpenAsync(string path, int width = 1440, ColorScheme theme = ColorScheme.Light) =>
        BrowserPage.OpenAsync(browser, _app, path, width, theme: theme);

    // Newest is the one with the greatest number.
    private Task SendAsync(int count) => SentTrace.SendAsync(
        _app,
        [.. Enumerable.Range(0, count).Select(i => new SentTrace { Name = $"trace-{i:000}", User = $"u_{i % 7}", Start = DateTimeOffset.UtcNow.AddSeconds(i - count - 60) })]);
}
