using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TraceDashboard.Components.Shared;
using TraceDashboard.Components.Waterfall;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Browser;

[Collection(TracePageCollection.Name)]
public sealed class TracePageTests(BrowserFixture browser, TracePageFixture fixture)
{
    [Fact]
    public async Task Of_ten_thousand_spans_only_those_around_the_view_are_sent_and_the_height_never_jumps()
    {
        await using var reader = await OpenAsync("/traces/long");
        var rows = reader.Page.GetByRole(AriaRole.Treeitem);
        await Place(reader, 0).WaitForAsync();
        var height = await ScrollHeightAsync(reader);

        Assert.Equal(10_000 * WaterfallView.RowHeight, height);
        for (var turn = 0; turn < 12; turn++)
        {
            await reader.Page.Locator("[data-scroll]").HoverAsync();
            await reader.Page.Mouse.WheelAsync(0, 30_000);
            Assert.InRange(await rows.CountAsync(), 1, RowWindow.Most);
        }

        await reader.Page.Locator("[data-scroll]").EvaluateAsync("box => box.scrollTop = box.scrollHeight");
        await Place(reader, 9_999).WaitForAsync();
        Assert.Equal("call 9999", await Place(reader, 9_999).Locator(".nm").InnerTextAsync());
        Assert.True(await IsInViewAsync(reader, 9_999));
        Assert.InRange(await rows.CountAsync(), 1, RowWindow.Most);
        Assert.Equal(height, await ScrollHeightAsync(reader));
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task A_span_that_only_log_records_tell_says_so_and_does_not_run()
    {
        await fixture.Pipeline.WriteAsync([new SpanUpdate
        {
            ProjectId = SampleTraces.Project,
            TraceId = "logged",
            SpanId = "l1",
            Version = default,
            Events = """[{"timeUnixNano":"1764000000000000000","log":"00000000","name":"gen_ai.user.message","input":{"role":"user","content":"Where is my parcel?"},"attributes":{}}]"""u8.ToArray(),
        }]);

        await using var reader = await OpenAsync("/traces/logged?span=l1");

        await Assertions.Expect(reader.Page.GetByText("from logs only")).ToBeVisibleAsync();
        await Assertions.Expect(reader.Page.GetByLabel("Span", new() { Exact = true })).ToContainTextAsync("Where is my parcel?");
        await Assertions.Expect(reader.Page.GetByText("Running")).ToHaveCountAsync(0);
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task A_trace_is_deleted_after_a_question_and_the_reader_is_back_at_the_list()
    {
        await fixture.Pipeline.WriteAsync([SampleTraces.Span("unwanted", "u1", null, "unwanted", TimeProvider.System.GetUnixNanos(), TimeProvider.System.GetUnixNanos() + 1)]);
        await using var reader = await OpenAsync("/traces/unwanted");
        var delete = reader.Page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true });
        var dialog = reader.Page.GetByRole(AriaRole.Dialog);

        await delete.ClickAsync();
        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("Enter");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await Row(reader, "u1").WaitForAsync();

        await delete.ClickAsync();
        await reader.AssertAccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await IsAtAsync(reader, "/traces");
        Assert.Null(await fixture.App.Get<TraceReader>().GetTraceAsync(SampleTraces.Project, "unwanted", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Scores_come_in_live_and_lead_to_what_was_said_with_them()
    {
        var now = TimeProvider.System.GetUnixNanos();
        await fixture.Pipeline.WriteAsync([SampleTraces.Span("scored", "r1", null, "answer", now, now + 1), SampleTraces.Span("scored", "c1", "r1", "call", now, now + 1)]);
        await using var reader = await OpenAsync("/traces/scored");
        var chips = reader.Page.GetByRole(AriaRole.List, new() { Name = "Scores of the trace" });

        await ScoreAsync("""{"name":"helpful","value":0.75,"traceId":"scored","comment":"To the point."}""");
        await ScoreAsync("""{"name":"tone","value":"friendly","traceId":"scored","observationId":"c1"}""");
        await Expect(chips, "helpful 0.75");
        await chips.GetByText("helpful").ClickAsync();

        var panel = reader.Page.Locator("[data-panel]");
        await Expect(panel.Locator("[aria-current=page]"), "Scores 1");
        await panel.GetByText("To the point.").WaitForAsync();
        await panel.GetByText("API, of the trace").WaitForAsync();
        await reader.AssertAccessibleAsync();
        await Row(reader, "c1").ClickAsync();
        await Expect(panel.Locator("[aria-current=page]"), "Scores 2");
        await panel.GetByText("friendly").WaitForAsync();
        Assert.Empty(reader.Errors);

        async Task ScoreAsync(string json)
        {
            using var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
            using var answer = await fixture.App.Client.PostAsync(new Uri("/api/public/scores", UriKind.Relative), body, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_person_scores_a_trace_with_the_keyboard_and_finds_it_by_its_score()
    {
        var now = TimeProvider.System.GetUnixNanos();
        await fixture.Pipeline.WriteAsync([SampleTraces.Span("judged", "j1", null, "answer", now, now + 1), SampleTraces.Span("unjudged", "u1", null, "answer", now, now + 1)]);
        await using var reader = await OpenAsync("/traces/judged");
        await using var other = await OpenAsync("/traces/judged?span=j1&tab=scores");
        var (dialog, keyboard) = (reader.Page.GetByRole(AriaRole.Dialog), reader.Page.Keyboard);

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Score", Exact = true }).PressAsync("Enter");
        await Assertions.Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await keyboard.TypeAsync("well judged");
        await keyboard.PressAsync("Tab");
        await dialog.GetByRole(AriaRole.Combobox, new() { Name = "Is", Exact = true }).SelectOptionAsync("true or false");
        await dialog.GetByLabel("True", new() { Exact = true }).PressAsync("Space");
        await dialog.GetByLabel("Comment").FillAsync("As it should be.");
        await reader.AssertAccessibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).PressAsync("Enter");

        var chips = reader.Page.GetByRole(AriaRole.List, new() { Name = "Scores of the trace" });
        await Expect(chips, "well judged True");
        var panel = other.Page.Locator("[data-panel]");
        await panel.GetByText("As it should be.").WaitForAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Edit well judged" }).ClickAsync();
        await other.Page.GetByLabel("False", new() { Exact = true }).CheckAsync();
        await other.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(chips, "well judged False");

        await chips.GetByText("False").ClickAsync();
        await IsAtAsync(reader, "/traces?score=%22well%20judged%22%3Afalse");
        await reader.Page.Locator("[data-trace=judged]").WaitForAsync();
        Assert.Equal(0, await reader.Page.Locator("[data-trace=unjudged]").CountAsync());
        await reader.Page.Locator("[data-trace=judged] .scores").GetByText("False").WaitForAsync();
        await reader.AssertAccessibleAsync();

        await panel.GetByRole(AriaRole.Button, new() { Name = "Delete well judged" }).ClickAsync();
        await other.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await panel.GetByText("As it should be.").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty(reader.Errors.Concat(other.Errors));
    }

    [Fact]
    public async Task A_link_to_a_span_opens_at_that_span()
    {
        await using var reader = await OpenAsync("/traces/long?span=s6003");

        var row = Row(reader, "s6003");
        await row.WaitForAsync();
        await reader.Page.WaitForFunctionAsync("() => { const r = document.querySelector('[data-id=s6003]').getBoundingClientRect(), b = document.querySelector('[data-scroll]').getBoundingClientRect(); return r.top >= b.top && r.bottom <= b.bottom; }");
        Assert.Equal("true", await row.GetAttributeAsync("aria-selected"));
        await Expect(reader.Page.Locator("[data-panel] h2"), "call 6003");
    }

    [Fact]
    public async Task On_a_phone_the_span_leaves_rows_to_see_and_leads_to_the_next()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces/done?span=c2", 375, 812);
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        await Expect(reader.Page.Locator("[data-panel] h2"), "chat claude-sonnet-4-5");

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Next span" }).ClickAsync();
        await Expect(reader.Page.Locator("[data-panel] h2"), "execute_tool refund_status");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Previous span" }).ClickAsync();
        await Expect(reader.Page.Locator("[data-panel] h2"), "chat claude-sonnet-4-5");
        Assert.True(await reader.Page.EvaluateAsync<int>(
            """
            () => {
              const sheet = document.querySelector('[data-panel]').getBoundingClientRect().top, box = document.querySelector('[data-scroll]').getBoundingClientRect();
              return [...document.querySelectorAll('.r')].filter(r => r.getBoundingClientRect().top >= box.top - 1 && r.getBoundingClientRect().bottom <= Math.min(box.bottom, sheet) + 1).length;
            }
            """) >= 2);
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(375)]
    public async Task Names_are_readable_at_any_depth(int width)
    {
        await fixture.Pipeline.WriteAsync(SampleTraces.Deep("deep", 60, TimeProvider.System.GetUnixNanos()));
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, width > 1000 ? "/traces/deep?span=d40" : "/traces/deep", width);
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        await reader.Page.Locator("[data-scroll]").EvaluateAsync("box => box.scrollTop = box.scrollHeight");
        await Row(reader, "d59").WaitForAsync();

        var cut = await reader.Page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('.r')].filter(r => { const n = r.querySelector('.nm'); return n.clientWidth < 60 || n.getBoundingClientRect().right > r.querySelector('.b').getBoundingClientRect().left; }).map(r => r.dataset.id)");
        Assert.Empty(cut);
    }

    [Fact]
    public async Task A_click_opens_a_span_in_the_URL_and_its_failure_in_the_panel()
    {
        await using var reader = await OpenAsync("/traces/done");

        await Row(reader, "t2").ClickAsync();
        await IsAtAsync(reader, "/traces/done?span=t2");
        await reader.Page.GetByText("bank-gateway did not answer within 800 ms").WaitForAsync();

        await reader.Page.GetByRole(AriaRole.Link, new() { Name = "Attributes 6" }).ClickAsync();
        await IsAtAsync(reader, "/traces/done?span=t2&tab=attributes");
        await reader.Page.GetByText("retry.backoff_ms").WaitForAsync();

        await reader.Page.Keyboard.PressAsync("Escape");
        await IsAtAsync(reader, "/traces/done");
        await reader.Page.Locator("[data-panel]").WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    [Fact]
    public async Task The_ledger_shows_how_the_cost_came_about_and_why_one_is_unknown()
    {
        await using var reader = await OpenAsync("/traces/done?span=c5");
        var ledger = reader.Page.GetByLabel("Cost", new() { Exact = true });

        await ledger.WaitForAsync();
        var text = await ledger.InnerTextAsync();
        Assert.Contains("0.006783", text, StringComparison.Ordinal);
        Assert.Contains("cache read", text, StringComparison.Ordinal);

        await Row(reader, "r3").ClickAsync();
        await reader.Page.GetByText("No price is known for “rerank-in-house-v3”").WaitForAsync();
    }

    [Fact]
    public async Task Collapsing_hides_what_is_inside_and_expanding_brings_it_back()
    {
        await using var reader = await OpenAsync("/traces/done");
        var all = await CountAsync(reader);

        await Row(reader, "r1").Locator("[data-toggle]").ClickAsync();
        await Row(reader, "e1").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal("false", await Row(reader, "r1").GetAttributeAsync("aria-expanded"));
        Assert.Equal(all - 3, await CountAsync(reader));

        await Row(reader, "r1").Locator("[data-toggle]").ClickAsync();
        await Row(reader, "e1").WaitForAsync();
        Assert.Equal(all, await CountAsync(reader));
        Assert.DoesNotContain("span=", reader.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tree_is_read_and_opened_with_keys_alone()
    {
        await using var reader = await OpenAsync("/traces/done");
        var keyboard = reader.Page.Keyboard;
        await Row(reader, "root").FocusAsync();

        await keyboard.PressAsync("ArrowDown");
        await FocusedAsync(reader, "c1");
        await keyboard.PressAsync("j");
        await FocusedAsync(reader, "t1");
        await keyboard.PressAsync("h");
        await Row(reader, "h1").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await keyboard.PressAsync("l");
        await keyboard.PressAsync("ArrowRight");
        await FocusedAsync(reader, "h1");
        await keyboard.PressAsync("ArrowLeft");
        await FocusedAsync(reader, "t1");
        await keyboard.PressAsync("End");
        await FocusedAsync(reader, "c5");
        await keyboard.PressAsync("Enter");
        await IsAtAsync(reader, "/traces/done?span=c5");
        await keyboard.PressAsync("[");
        await FocusedAsync(reader, "root");
        Assert.Equal(1, await CountAsync(reader));
        await keyboard.PressAsync("]");
        await Row(reader, "c5").WaitForAsync();
        Assert.Equal(1, await reader.Page.Locator("[role=treeitem][tabindex='0']").CountAsync());
    }

    [Fact]
    public async Task What_was_sent_is_text_and_nothing_remote_is_loaded_unasked()
    {
        var start = TimeProvider.System.GetUnixNanos();
        var span = SampleTraces.Span("hostile", "x", null, "<img src=x onerror=document.title='owned'>", start, start + SampleTraces.Ms(5), SpanKind.Generation);
        span.Input = SampleTraces.Utf8("""[{"role":"user","content":[{"type":"text","text":"<script>document.title='owned'</script>"},{"type":"image_url","image_url":{"url":"https://pictures.example/a.png"}}]}]""");
        await fixture.Pipeline.WriteAsync([span]);

        await using var reader = await OpenAsync("/traces/hostile?span=x");
        await reader.Page.GetByText("<script>document.title='owned'</script>").WaitForAsync();
        await reader.Page.GetByText("Open from pictures.example").WaitForAsync();

        Assert.Equal(0, await reader.Page.Locator("main img").CountAsync());
        Assert.NotEqual("owned", await reader.Page.TitleAsync());
        Assert.DoesNotContain(reader.Requests, r => r.Contains("pictures.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_remote_picture_opens_in_a_tab_of_its_own_after_a_question()
    {
        // The app itself, by a name of another origin.
        var address = new UriBuilder(fixture.App.Address) { Host = "localhost", Path = "/favicon.svg", Query = "of=me" }.Uri.AbsoluteUri;
        var start = TimeProvider.System.GetUnixNanos();
        var span = SampleTraces.Span("remote", "x", null, "chat", start, start + SampleTraces.Ms(5), SpanKind.Generation);
        span.Input = SampleTraces.Utf8($$$"""[{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{{address}}}"}}]}]""");
        await fixture.Pipeline.WriteAsync([span]);
        await using var reader = await OpenAsync("/traces/remote?span=x");
        var dialog = reader.Page.GetByRole(AriaRole.Dialog);

        await reader.Page.GetByText("Open from localhost").ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("localhost gets your network address");
        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        await reader.AssertAccessibleAsync();
        await reader.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        Assert.Single(reader.Page.Context.Pages);

        await reader.Page.GetByText("Open from localhost").ClickAsync();
        var tab = await reader.Page.Context.RunAndWaitForPageAsync(() => dialog.GetByRole(AriaRole.Link, new() { Name = "Open" }).ClickAsync());
        await Assertions.Expect(tab).ToHaveURLAsync(address);
        Assert.True(await tab.EvaluateAsync<bool>("window.opener === null && document.referrer === ''"));
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        Assert.Equal(0, await reader.Page.Locator("main img").CountAsync());
        Assert.DoesNotContain(address, reader.Requests);
        Assert.Empty(reader.Errors);
    }

    [Theory]
    [InlineData("/traces/done?span=c5", 1440, ColorScheme.Light)]
    [InlineData("/traces/done?span=c5", 1440, ColorScheme.Dark)]
    [InlineData("/traces/done?span=t2&tab=attributes", 375, ColorScheme.Light)]
    [InlineData("/traces/done", 375, ColorScheme.Dark)]
    public async Task The_page_is_accessible_and_fits(string path, int width, ColorScheme theme)
    {
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, path, width, 900, theme);
        await Row(reader, "root").WaitForAsync();
        if (path.Contains("span=", StringComparison.Ordinal))
            await reader.Page.Locator("[data-panel] dl").WaitForAsync();

        await reader.AssertAccessibleAsync();
        Assert.Equal(width, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Durations_read_the_same_whether_the_server_or_the_browser_writes_them()
    {
        await using var reader = await OpenAsync("/traces/done");
        double[] values = [0, 0.0004, 0.999, 1, 9.994, 9.996, 99.94, 99.96, 212, 999.4, 999.6, 9_420, 59_949, 59_951, 252_000, 3_599_600, 86_399_000, 90_061_000, 1e9];

        var written = await reader.Page.EvaluateAsync<string[]>("values => import('./js/elapsed.js').then(m => values.map(m.duration))", values);

        Assert.Equal(values.Select(v => Format.Duration(TimeSpan.FromTicks((long)(v * TimeSpan.TicksPerMillisecond)))), written);
    }

    private async Task<BrowserPage> OpenAsync(string path)
    {
        var reader = await BrowserPage.OpenAsync(browser, fixture.App, path);
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        return reader;
    }

    // Not WaitForURLAsync: it also waits for a load, which a change of the query never brings.
    private static Task IsAtAsync(BrowserPage reader, string path) =>
        Assertions.Expect(reader.Page).ToHaveURLAsync(new Regex(Regex.Escape(path) + "$"), new() { Timeout = 15_000 });

    private static ILocator Row(BrowserPage reader, string spanId) => reader.Page.Locator($"[data-id='{spanId}']");

    private static ILocator Place(BrowserPage reader, int place) => reader.Page.Locator($"[data-place='{place}']");

    private static async Task<int> CountAsync(BrowserPage reader)
    {
        await reader.Page.Locator("[data-all]").WaitForAsync();
        return int.Parse((await reader.Page.Locator("[data-all]").GetAttributeAsync("data-all"))!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Task<int> ScrollHeightAsync(BrowserPage reader) => reader.Page.Locator("[data-scroll]").EvaluateAsync<int>("box => box.scrollHeight");

    private static Task<bool> IsInViewAsync(BrowserPage reader, int place) => Place(reader, place).EvaluateAsync<bool>(
        "row => { const r = row.getBoundingClientRect(), b = row.closest('[data-scroll]').getBoundingClientRect(); return r.top >= b.top - 1 && r.bottom <= b.bottom + 1; }");

    private static Task<IJSHandle> FocusedAsync(BrowserPage reader, string spanId) =>
        reader.Page.WaitForFunctionAsync("id => document.activeElement?.dataset.id === id", spanId);

    private static Task Expect(ILocator locator, string text) => Assertions.Expect(locator).ToHaveTextAsync(text, new() { Timeout = 15_000 });
}
