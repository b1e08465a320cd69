using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

public sealed partial class OverviewPageTests(BrowserFixture browser) : IAsyncLifetime
{
    // Sums follow the data within seconds, when the machine is not busy with other things.
    private static readonly LocatorAssertionsToContainTextOptions s_summedUp = new() { Timeout = 30_000 };

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
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/overview", width, theme);
        await DrawnAsync(reader);

        await reader.AssertAccessibleAsync();
        Assert.Equal(width, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Cost by model as a table" }).ClickAsync();
        await reader.Page.GetByRole(AriaRole.Region, new() { Name = "Cost by model, table" }).WaitForAsync();
        await reader.AssertAccessibleAsync();
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Figures_stand_beside_those_of_the_period_before()
    {
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/overview");
        await DrawnAsync(reader);

        Assert.Equal("Traces 4 2 in the 24 hours before · +100 %", await StatAsync(reader, "Traces"));
        Assert.Equal("Errors 1 25 % of traces, 0 % in the 24 hours before", await StatAsync(reader, "Errors"));
        Assert.StartsWith("Cost $2.00 $0.5000 in the 24 hours before · +300 % 1 call of unknown cost: in-house", await StatAsync(reader, "Cost"), StringComparison.Ordinal);
        Assert.Equal(["gpt-4o $1.50 75 %", "claude-sonnet-4-5 $0.5000 25 %"], (await TextsAsync(reader, ".models tbody tr")).Take(2));
        // Two days ago nothing was lost: the bars and the line of the day before add up to the totals.
        var costs = await reader.Page.Locator(".cost .apexcharts-bar-area").EvaluateAllAsync<double[]>("bars => bars.map(b => Number(b.getAttribute('val')) || 0)");
        Assert.Equal(2.0, costs.Sum(), 6);
    }

    [Fact]
    public async Task A_bar_leads_to_its_traces()
    {
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/overview");
        await DrawnAsync(reader);

        // The tallest: three calls of one model within a bucket.
        var bars = reader.Page.Locator(".cost .apexcharts-bar-area");
        var tallest = await bars.EvaluateAllAsync<int>("bars => bars.reduce((best, b, i) => Number(b.getAttribute('val')) > Number(bars[best].getAttribute('val')) ? i : best, 0)");
        await bars.Nth(tallest).ClickAsync();

        await Expect(reader.Page).ToHaveURLAsync(new Regex("/traces\\?from=[^&]+&to=[^&]+&model=gpt-4o$"));
        await Expect(reader.Page.GetByText("3 traces match")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_brushed_stretch_becomes_the_range()
    {
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/overview");
        await DrawnAsync(reader);

        var plot = (await reader.Page.Locator(".cost .apexcharts-grid").BoundingBoxAsync())!;
        await reader.Page.Mouse.MoveAsync(plot.X + (plot.Width / 4), plot.Y + 40);
        await reader.Page.Mouse.DownAsync();
        await reader.Page.Mouse.MoveAsync(plot.X + (plot.Width / 2), plot.Y + 50, new() { Steps = 4 });
        await Expect(reader.Page.Locator(".brush")).ToBeVisibleAsync();
        await reader.Page.Mouse.UpAsync();

        await Expect(reader.Page).ToHaveURLAsync(new Regex("/overview\\?from=[^&]+&to=[^&]+$"));
    }

    [Fact]
    public async Task The_table_of_a_chart_is_part_of_the_URL()
    {
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/overview?table=cost");
        var table = reader.Page.GetByRole(AriaRole.Region, new() { Name = "Cost by model, table" });
        await table.WaitForAsync();
        await Expect(table).ToContainTextAsync("claude-sonnet-4-5");

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Cost by model as a table" }).ClickAsync();
        await reader.Page.Locator(".cost [data-drawn]").WaitForAsync();
        await Expect(reader.Page).ToHaveURLAsync(new Regex("/overview$"));
    }

    [Fact]
    public async Task Without_the_charts_library_the_figures_are_there()
    {
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/not-found");
        await reader.Page.RouteAsync("**/apexcharts.esm.js", route => route.AbortAsync());
        await reader.GoToAsync("/overview");

        await reader.Page.GetByRole(AriaRole.Region, new() { Name = "Latency, table" }).WaitForAsync();
        await Expect(reader.Page.GetByText("The charts library is not there").First).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Without_data_the_page_says_how_to_send_the_first_trace_and_shows_it_when_it_comes(ColorScheme theme)
    {
        await using var reader = await OpenAsync("/", theme: theme);
        await reader.Page.GetByText("No traces yet").WaitForAsync();
        await Expect(reader.Page).ToHaveURLAsync(new Regex("/overview$"));
        Assert.Contains($"{_app.Address}v1/traces", await reader.Page.Locator("pre").First.InnerTextAsync(), StringComparison.Ordinal);
        await reader.AssertAccessibleAsync();

        await SendAsync(Call("the-first", TimeSpan.FromMinutes(5), "gpt-4o", 0.25m));
        await Expect(reader.Page.Locator(".stat", new() { HasText = "Cost" })).ToContainTextAsync("$0.2500", s_summedUp);
        await Expect(reader.Page.Locator("a", new() { HasText = "the-first" }).First).ToBeVisibleAsync();
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Live_data_moves_the_figures_and_leaves_the_charts_and_the_browser_alone()
    {
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/overview");
        await DrawnAsync(reader);
        await reader.Page.EvaluateAsync(
            """
            () => {
              window.busy = 0;
              window.since = performance.now();
              new PerformanceObserver(list => list.getEntries().forEach(task => window.busy += task.duration)).observe({ type: 'longtask' });
            }
            """);
        var drawn = await DrawingsAsync(reader);

        // Over the chart, so that it must not be drawn at all.
        var plot = (await reader.Page.Locator(".cost .apexcharts-grid").BoundingBoxAsync())!;
        await reader.Page.Mouse.MoveAsync(plot.X + (plot.Width / 2), plot.Y + 40);
        var tip = reader.Page.Locator(".cost .tip");
        await Expect(tip).ToBeVisibleAsync();
        await reader.Page.EvaluateAsync("window.tip = document.querySelector('.cost .tip')");
        for (var i = 1; i <= 5; i++)
        {
            await SendAsync(Call($"live-{i}", TimeSpan.FromHours(3), "gpt-4o", 0.1m));
            await Expect(reader.Page.Locator(".stat", new() { Has = reader.Page.GetByText("Traces", new() { Exact = true }) })).ToContainTextAsync($"{4 + i} 2 in the", s_summedUp);
        }

        Assert.True(await reader.Page.EvaluateAsync<bool>("window.tip.isConnected"));
        await Expect(tip).ToBeVisibleAsync();
        var after = await DrawingsAsync(reader);
        Assert.Equal(drawn[0], after[0]);
        Assert.All(drawn.Zip(after), d => Assert.InRange(d.Second - d.First, 0, 1));
        Assert.InRange(await reader.Page.EvaluateAsync<double>("window.busy / (performance.now() - window.since)"), 0, 0.4);

        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Charts_follow_the_theme_without_being_drawn_again()
    {
        await SendAsync(TwoDays());
        await using var reader = await OpenAsync("/overview");
        await DrawnAsync(reader);
        var drawn = await DrawingsAsync(reader);
        const string Colors = "() => ['.cost .apexcharts-bar-area', '.cost .apexcharts-line', '.cost .apexcharts-yaxis-label', '.cost .apexcharts-gridline'].map(s => { const style = getComputedStyle(document.querySelector(s)); return style.fill + style.stroke; })";
        var light = await reader.Page.EvaluateAsync<string[]>(Colors);

        var dark = await reader.Page.EvaluateAsync<string[]>($"() => {{ document.querySelector('[data-theme-toggle]').click(); return ({Colors})(); }}");

        Assert.All(light.Zip(dark), c => Assert.NotEqual(c.First, c.Second));
        await reader.Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        Assert.Equal(drawn, await DrawingsAsync(reader));
    }

    private static Task<int[]> DrawingsAsync(BrowserPage reader) =>
        reader.Page.EvaluateAsync<int[]>("() => [...document.querySelectorAll('[data-drawn]')].map(plot => Number(plot.dataset.drawn))");

    private Task<BrowserPage> OpenAsync(string path, int width = 1440, ColorScheme theme = ColorScheme.Light) =>
        BrowserPage.OpenAsync(browser, _app, path, width, theme: theme);

    /// <summary>Waits until all sums are in and the charts show them.</summary>
    private static async Task DrawnAsync(BrowserPage reader)
    {
        await Expect(reader.Page.Locator(".stat", new() { HasText = "Cost" })).ToContainTextAsync("$2.00", s_summedUp);
        await Expect(reader.Page.Locator(".stat", new() { HasText = "Cost" })).ToContainTextAsync("+300", s_summedUp);
        await reader.Page.Locator("[data-drawn]").Nth(2).WaitForAsync();
        await Expect(reader.Page.Locator(".cost .apexcharts-bar-area[val='1.5']")).ToHaveCountAsync(1);
    }

    private static async Task<string> StatAsync(BrowserPage reader, string label) =>
        Plain(await reader.Page.Locator(".stat", new() { Has = reader.Page.GetByText(label, new() { Exact = true }) }).InnerTextAsync());

    private static async Task<IEnumerable<string>> TextsAsync(BrowserPage reader, string selector) =>
        (await reader.Page.Locator(selector).AllInnerTextsAsync()).Select(Plain);

    private static string Plain(string text) => Spaces().Replace(text.Replace(Format.Thin, ' ').Replace(Format.Space, ' '), " ").Trim();

    /// <summary>Four traces of $2.00 within a day, one of them failed; two of $0.50 on the day before; one call without a price.</summary>
    private static (SpanUpdate Span, TraceUpdate Trace)[] TwoDays() =>
    [
        Call("a", TimeSpan.FromHours(3), "gpt-4o", 0.5m),
        Call("b", TimeSpan.FromHours(3), "gpt-4o", 0.5m),
        Call("c", TimeSpan.FromHours(3), "gpt-4o", 0.5m, SpanStatus.Error),
        Call("d", TimeSpan.FromHours(8), "claude-sonnet-4-5", 0.5m),
        With(Call("d", TimeSpan.FromHours(8), "in-house", null), "2"),
        Call("e", TimeSpan.FromHours(27), "gpt-4o", 0.25m),
        Call("f", TimeSpan.FromHours(32), "gpt-4o", 0.25m),
    ];

    private static (SpanUpdate Span, TraceUpdate Trace) Call(string name, TimeSpan ago, string model, decimal? cost, SpanStatus status = SpanStatus.Ok)
    {
        // The middle of a bucket, so that traces of the same hour are in the same one.
        var start = UnixNanos.FromDateTimeOffset(DateTimeOffset.UtcNow - ago);
        start -= (start % (900 * UnixNanos.PerSecond)) - (100 * UnixNanos.PerSecond);
        var version = new UpdateVersion(2, start, 0);
        var span = new SpanUpdate
        {
            ProjectId = 1,
            TraceId = name,
            SpanId = "1",
            Version = version,
            Name = "chat " + model,
            Kind = SpanKind.Generation,
            StartTime = start,
            EndTime = start + (2 * UnixNanos.PerSecond),
            RequestModel = model,
            ResponseModel = model,
            Status = status,
            Usage = new TokenUsage { Input = 1000, Output = 100 },
        };
        if (cost is not null)
            span.ReportedCost = cost;
        return (span, new TraceUpdate { ProjectId = 1, TraceId = name, Version = version, Name = name, Timestamp = start });
    }

    private static (SpanUpdate Span, TraceUpdate Trace) With((SpanUpdate Span, TraceUpdate Trace) call, string spanId)
    {
        var (span, trace) = call;
        return (new SpanUpdate
        {
            ProjectId = span.ProjectId,
            TraceId = span.TraceId,
            SpanId = spanId,
            Version = span.Version,
            Kind = span.Kind,
            StartTime = span.StartTime,
            EndTime = span.EndTime,
            ResponseModel = span.ResponseModel,
        }, trace);
    }

    private async Task SendAsync(params (SpanUpdate Span, TraceUpdate Trace)[] calls)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var projectId = await _app.Get<TraceStore>().ReadAsync((db, ct) => db.Projects.Select(p => p.Id).SingleAsync(ct), cancellationToken);
        Assert.Equal(1, projectId);
        var result = await _app.Get<IngestionPipeline>().WriteAsync(new IngestBatch(projectId, [.. calls.Select(c => c.Span)], [.. calls.Select(c => c.Trace)]), cancellationToken);
        Assert.Empty(result.Rejected);
    }

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();
}
