using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

/// <summary>The trace page by keyboard alone.</summary>
[Collection(TracePageCollection.Name)]
public sealed class TracePageKeysTests(BrowserFixture browser, TracePageFixture fixture)
{
    [Fact]
    public async Task The_first_step_into_the_tree_goes_to_its_root()
    {
        await using var reader = await OpenAsync("/traces/done");

        await reader.Page.Keyboard.PressAsync("j");
        await Expect(Row(reader, "root")).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("j");
        await Expect(Row(reader, "c1")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Home_and_End_keep_the_focus_on_a_row_of_a_long_trace()
    {
        await using var reader = await OpenAsync("/traces/long");
        await Row(reader, "root").FocusAsync();

        foreach (var (key, id) in new[] { ("End", "s9999"), ("Home", "root"), ("End", "s9999"), ("ArrowUp", "s9998") })
        {
            await reader.Page.Keyboard.PressAsync(key);
            await Expect(Row(reader, id)).ToBeFocusedAsync();
            await Expect(Row(reader, id)).ToBeInViewportAsync();
        }

        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task The_failed_spans_are_reached_one_after_the_other()
    {
        await using var reader = await OpenAsync("/traces/done");

        foreach (var (key, id) in new[] { ("e", "t2"), ("e", "h3"), ("e", "t2"), ("E", "h3") })
        {
            await reader.Page.Keyboard.PressAsync(key);
            await IsAtAsync(reader, "/traces/done?span=" + id);
            await Expect(Row(reader, id)).ToHaveAttributeAsync("tabindex", "0");
        }

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "2 failed" }).ClickAsync();
        await IsAtAsync(reader, "/traces/done?span=t2");

        await reader.GoToAsync("/traces/long");
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        await Row(reader, "root").FocusAsync();
        await reader.Page.Keyboard.PressAsync("E");
        await Expect(Row(reader, "s9324")).ToBeFocusedAsync();
        await Expect(Row(reader, "s9324")).ToBeInViewportAsync();
        Assert.Empty(reader.Errors);
    }

    [Theory]
    [InlineData("haiku", "2", "c3")] // a model
    [InlineData("GUARDRAIL", "1", "g1")] // a kind
    [InlineData("did not answer", "1", "t2")] // an error
    public async Task A_text_is_found_in_what_is_known_of_a_span(string text, string count, string first)
    {
        await using var reader = await OpenAsync("/traces/done");
        var (found, keyboard) = (reader.Page.Locator(".find .count"), reader.Page.Keyboard);

        await keyboard.PressAsync("/");
        await Expect(reader.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Find in trace" })).ToBeFocusedAsync();
        await keyboard.TypeAsync(text);
        await Expect(found).ToHaveTextAsync(count);
        await keyboard.PressAsync("Enter");
        await IsAtAsync(reader, "/traces/done?span=" + first);
        await Expect(found).ToHaveTextAsync("1 of " + count);
        await Expect(Row(reader, first)).ToHaveClassAsync(new Regex("found"));
        await reader.AssertAccessibleAsync();
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Find_goes_on_and_back_and_Escape_leads_to_the_tree()
    {
        await using var reader = await OpenAsync("/traces/long");
        var (found, keyboard) = (reader.Page.Locator(".find .count"), reader.Page.Keyboard);

        await keyboard.PressAsync("/");
        await keyboard.TypeAsync("call 777");
        await keyboard.PressAsync("Enter");
        await IsAtAsync(reader, "/traces/long?span=s777");
        await Expect(found).ToHaveTextAsync("1 of 10");
        await keyboard.PressAsync("Shift+Enter");
        await IsAtAsync(reader, "/traces/long?span=s7779");
        await Expect(Row(reader, "s7779")).ToBeInViewportAsync();
        await keyboard.PressAsync("Enter");
        await IsAtAsync(reader, "/traces/long?span=s777");
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("j");
        await Expect(Row(reader, "s777")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_span_of_8_ms_in_100_s_is_zoomed_to_and_left_again()
    {
        await using var reader = await OpenAsync("/traces/long?span=s6003");
        var bar = Row(reader, "s6003").Locator(".bar");
        var canvas = reader.Page.Locator(".mini canvas");
        Assert.InRange(await WidthAsync(), 1, 4);

        await reader.Page.Keyboard.PressAsync("z");
        Assert.InRange(await WidthAsync(), 200, 600);
        Assert.StartsWith("+", await reader.Page.Locator("[data-tick='4']").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("0", await reader.Page.Locator("[data-place] .b").First.EvaluateAsync<string>("b => getComputedStyle(b.querySelector('.bar')).opacity"));
        var left = (await bar.BoundingBoxAsync())!.X;
        await reader.Page.Keyboard.PressAsync(".");
        Assert.True((await bar.BoundingBoxAsync())!.X < left - 50);
        await reader.Page.Keyboard.PressAsync("0");
        Assert.InRange(await WidthAsync(), 1, 4);

        await canvas.HoverAsync();
        await reader.Page.Mouse.WheelAsync(0, -400);
        Assert.True(await LengthAsync() < 50_000);
        await canvas.DblClickAsync();
        Assert.True(await LengthAsync() > 99_000);

        var rows = (await reader.Page.Locator("[data-scroll]").BoundingBoxAsync())!;
        await reader.Page.Mouse.MoveAsync(rows.X + (rows.Width * .7f), rows.Y + 100);
        await reader.Page.Keyboard.DownAsync("Control");
        await reader.Page.Mouse.WheelAsync(0, -400);
        await reader.Page.Keyboard.UpAsync("Control");
        Assert.True(await LengthAsync() < 50_000);
        Assert.Empty(reader.Errors);

        async Task<float> WidthAsync() => (await bar.BoundingBoxAsync())!.Width;
        Task<double> LengthAsync() => reader.Page.Locator(".wf").EvaluateAsync<double>("wf => Number(getComputedStyle(wf).getPropertyValue('--len'))");
    }

    // Not WaitForURLAsync: it also waits for a load, which a change of the query never brings.
    private static Task IsAtAsync(BrowserPage reader, string path) => Expect(reader.Page).ToHaveURLAsync(new Regex(Regex.Escape(path) + "$"));

    private async Task<BrowserPage> OpenAsync(string path)
    {
        var reader = await BrowserPage.OpenAsync(browser, fixture.App, path);
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        return reader;
    }

    private static ILocator Row(BrowserPage reader, string spanId) => reader.Page.Locator($"[data-id='{spanId}']");
}
