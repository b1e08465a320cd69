using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

public sealed class ConnectionTests(BrowserFixture browser)
{
    [Fact]
    public async Task A_lost_connection_leaves_the_page_readable_and_comes_back_by_itself()
    {
        var folder = Directory.CreateTempSubdirectory("trace-dashboard-").FullName;
        try
        {
            var app = await TestApp.StartAsync(new() { Folder = folder });
            await SentTrace.SendAsync(app, new SentTrace { Name = "kept", User = "u_5" });
            await using var reader = await BrowserPage.OpenAsync(browser, app, "/traces?user=u_5");
            var row = reader.Page.Locator("[data-row-box]");
            await Expect(row).ToContainTextAsync("kept");

            await app.DisposeAsync();
            var bar = reader.Page.GetByText("Connection lost");
            await Expect(bar).ToBeVisibleAsync(new() { Timeout = 15_000 });
            Assert.True((await reader.Page.Locator("#connection").BoundingBoxAsync())!.Height < 40);
            await Expect(row).ToBeVisibleAsync();

            var settings = new Dictionary<string, string?> { ["urls"] = app.Address.GetLeftPart(UriPartial.Authority) };
            await using var restarted = await TestApp.StartAsync(new() { Folder = folder, Settings = settings });
            await Expect(bar).ToBeHiddenAsync(new() { Timeout = 30_000 });
            await reader.WaitUntilInteractiveAsync();
            await Expect(row).ToContainTextAsync("kept", new() { Timeout = 15_000 });
            Assert.EndsWith("/traces?user=u_5", reader.Page.Url, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task While_it_is_lost_the_page_says_so_legibly_and_does_not_claim_to_be_live(ColorScheme theme)
    {
        await using var app = await TestApp.StartAsync();
        await using var network = new Network(app.Address);
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/settings/keys", theme: theme, address: network.Address);
        await reader.Page.GetByText("No keys yet").WaitForAsync();

        network.Cut();
        await Expect(Bar(reader)).ToBeVisibleAsync();
        await Expect(reader.Page.GetByText("Not connected")).ToBeVisibleAsync();
        await Expect(reader.Page.GetByText("Live", new() { Exact = true })).ToBeHiddenAsync();
        await reader.AssertAccessibleAsync();
        Assert.Equal(900, await reader.Page.EvaluateAsync<double>("() => document.querySelector('#connection').offsetHeight + document.querySelector('main').getBoundingClientRect().bottom"));
        await Expect(reader.Page.GetByText("cannot be reached")).ToBeVisibleAsync();

        network.Mend();
        await Expect(Bar(reader)).ToBeHiddenAsync();
        await Expect(reader.Page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Empty(reader.Uncaught);
    }

    [Fact]
    public async Task Rows_that_were_scrolled_to_meanwhile_are_there_when_it_is_back()
    {
        await using var app = await TestApp.StartAsync();
        var now = TimeProvider.System.GetUnixNanos();
        var pipeline = app.Get<IngestionPipeline>();
        await pipeline.WriteAsync(Enumerable.Range(0, 150).Select(i => SampleTraces.Span($"trace-{i}", "root", null, $"call {i}", now - SampleTraces.Ms(1_000 * i), now)));
        await pipeline.WriteAsync(SampleTraces.Long("long", 2_000, now - SampleTraces.Ms(100_000)));
        await using var network = new Network(app.Address);
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/traces", address: network.Address);
        var list = reader.Page.Locator("[data-list]");
        await reader.Page.Locator("[data-row-box]").First.WaitForAsync();

        // The call is on its way when the network is cut, and another is made while it is.
        await list.EvaluateAsync("box => box.scrollTop = 1000");
        network.Cut();
        await Expect(Bar(reader)).ToBeVisibleAsync();
        await list.EvaluateAsync("box => box.scrollTop = box.scrollHeight");
        network.Mend();
        await Expect(Bar(reader)).ToBeHiddenAsync();
        await Expect(reader.Page.GetByText("That is all.")).ToBeAttachedAsync();
        await list.EvaluateAsync("box => box.scrollTop = box.scrollHeight");
        await reader.Page.Locator("[data-trace=long]").Or(reader.Page.Locator("[data-trace=trace-149]")).First.WaitForAsync();

        await reader.GoToAsync("/traces/long");
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        var rows = reader.Page.Locator("[data-scroll]");
        await rows.EvaluateAsync("box => box.scrollTop = 500 * 28");
        network.Cut();
        await Expect(Bar(reader)).ToBeVisibleAsync();
        await rows.EvaluateAsync("box => box.scrollTop = 1500 * 28");
        network.Mend();
        await reader.Page.Locator("[data-place='1505']").WaitForAsync();
        await rows.EvaluateAsync("box => box.scrollTop = 100 * 28");
        await reader.Page.Locator("[data-place='105']").WaitForAsync();
        Assert.Empty(reader.Uncaught);
    }

    [Fact]
    public async Task What_was_typed_meanwhile_is_what_is_searched_for()
    {
        await using var app = await TestApp.StartAsync();
        await SentTrace.SendAsync(app, new SentTrace { Name = "invoice" });
        await SentTrace.SendAsync(app, new SentTrace { Name = "order" });
        await using var network = new Network(app.Address);
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/traces", address: network.Address);
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(2);
        var search = reader.Page.Locator("[data-search]");

        await search.PressSequentiallyAsync("inv");
        network.Cut();
        await Expect(Bar(reader)).ToBeVisibleAsync();
        await search.PressSequentiallyAsync("oic");
        await search.PressAsync("Enter");
        await Expect(Bar(reader)).ToBeVisibleAsync();
        network.Mend();

        await Expect(reader.Page).ToHaveURLAsync(new Regex("q=invoic$"));
        await Expect(search).ToHaveValueAsync("invoic");
        await Expect(reader.Page.Locator("[data-row-box]")).ToHaveCountAsync(1);
        await Expect(reader.Page.Locator("[data-row-box]")).ToContainTextAsync("invoice");
        Assert.Empty(reader.Uncaught);
    }

    [Fact]
    public async Task A_dialog_keeps_what_is_typed_into_it_and_works_when_it_is_back()
    {
        await using var app = await TestApp.StartAsync();
        await using var network = new Network(app.Address);
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/settings/keys", address: network.Address);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Create a key" }).First.ClickAsync();
        var name = reader.Page.GetByLabel("Name");
        await name.PressSequentiallyAsync("gate");

        network.Cut();
        await Expect(Bar(reader)).ToBeVisibleAsync();
        await name.PressSequentiallyAsync("way");
        network.Mend();
        await Expect(Bar(reader)).ToBeHiddenAsync();

        await Expect(name).ToHaveValueAsync("gateway");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await reader.Page.GetByText("the only time").WaitForAsync();
        await reader.Page.GetByText("gateway").First.WaitForAsync();
        Assert.Empty(reader.Uncaught);
    }

    [Fact]
    public async Task What_streamed_in_meanwhile_is_there_when_it_is_back()
    {
        await using var app = await TestApp.StartAsync();
        var pipeline = app.Get<IngestionPipeline>();
        var now = TimeProvider.System.GetUnixNanos();
        var (spans, trace) = SampleTraces.RefundAgent("streaming", now, live: true);
        await pipeline.WriteAsync(spans, trace);
        await using var network = new Network(app.Address);
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/traces/streaming?span=c5", address: network.Address);
        var panel = reader.Page.Locator("[data-panel]");
        await panel.GetByText("Which would").WaitForAsync();

        network.Cut();
        await Expect(Bar(reader)).ToBeVisibleAsync();
        await pipeline.WriteAsync([new SpanUpdate
        {
            ProjectId = SampleTraces.Project, TraceId = "streaming", SpanId = "c5", Version = new UpdateVersion(1, now, 2), Hash = 2, Chunks = [new OutputChunk(2, " you prefer?")],
        }]);
        network.Mend();

        await panel.GetByText("Which would you prefer?").WaitForAsync();
        await Expect(Bar(reader)).ToBeHiddenAsync();
        Assert.Empty(reader.Uncaught);
    }

    [Fact]
    public async Task Pages_that_are_left_while_they_load_are_no_errors()
    {
        await using var app = await TestApp.StartAsync();
        var (spans, trace) = SampleTraces.RefundAgent("done", TimeProvider.System.GetUnixNanos(), live: false);
        await app.Get<IngestionPipeline>().WriteAsync(spans, trace);
        await using var reader = await BrowserPage.OpenAsync(browser, app, "/traces");
        await reader.Page.Locator("[data-row-box]").First.WaitForAsync();

        await reader.Page.EvaluateAsync(
            """
            async () => {
              for (let i = 0; i < 40; i++) {
                const links = document.querySelectorAll('nav a[data-go], [data-row-box] a[href*="traces/"]');
                links[i * 7 % links.length].click();
                await new Promise(done => setTimeout(done, i % 5 * 10));
              }
              document.querySelector('[data-go=t]').click();
            }
            """);
        await reader.Page.Locator("[data-row-box]").First.WaitForAsync();

        Assert.Empty(reader.Errors);
        Assert.DoesNotContain(app.Log.Entries, e => e.Level >= LogLevel.Warning && e.Exception is not null);
    }

    private static ILocator Bar(BrowserPage reader) => reader.Page.Locator("#connection");
}
