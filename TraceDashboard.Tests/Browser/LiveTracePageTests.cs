using System.Diagnostics;
using Microsoft.Playwright;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Tests.Browser;

[Collection(TracePageCollection.Name)]
public sealed class LiveTracePageTests(BrowserFixture browser, TracePageFixture fixture)
{
    private static readonly long s_now = TimeProvider.System.GetUnixNanos();

    [Fact]
    public async Task A_trace_that_is_not_there_yet_appears_when_it_arrives()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces/later");
        await reader.Page.GetByText("There is no such trace").WaitForAsync();

        await fixture.Pipeline.WriteAsync([SampleTraces.Span("later", "root", null, "at last", s_now, s_now + 5)]);

        await reader.Page.Locator("[data-id=root]").WaitForAsync();
    }

    [Fact]
    public async Task New_spans_appear_and_never_move_the_row_under_the_pointer()
    {
        await WriteSeriesAsync("growing", 100, 400);
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces/growing");
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        await reader.Page.Locator("[data-scroll]").EvaluateAsync("box => box.scrollTop = 150 * 28 + 9");
        var row = reader.Page.Locator("[data-id=s260]");
        await row.HoverAsync();
        var before = await row.BoundingBoxAsync();

        await WriteSeriesAsync("growing", 0, 100);
        await reader.Page.Locator("[data-all='401']").WaitForAsync();

        var after = await row.BoundingBoxAsync();
        Assert.Equal(before!.Y, after!.Y, tolerance: 1);
        await reader.Page.Locator("[data-scroll]").EvaluateAsync("box => box.scrollTop = 0");
        await reader.Page.Locator("[data-id=s0]").WaitForAsync();
    }

    [Fact]
    public async Task Streamed_output_grows_in_the_panel_and_the_end_of_the_span_shows()
    {
        var (spans, trace) = SampleTraces.RefundAgent("streaming", s_now, live: true);
        await fixture.Pipeline.WriteAsync(spans, trace);
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces/streaming?span=c5");
        var panel = reader.Page.Locator("[data-panel]");
        await panel.GetByText("Which would").WaitForAsync();

        await WriteChunkAsync("streaming", 2, " you prefer?");
        await panel.GetByText("Which would you prefer?").WaitForAsync();

        await fixture.Pipeline.WriteAsync(SampleTraces.RefundAgent("streaming", s_now, live: false).Spans);
        await panel.GetByText("Duration").WaitForAsync();
        await reader.Page.Locator(".page:not([data-live])").WaitForAsync();
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task A_running_trace_tells_one_time_everywhere_and_its_open_bars_reach_to_now()
    {
        var (spans, trace) = SampleTraces.RefundAgent("ticking", TimeProvider.System.GetUnixNanos(), live: true);
        await fixture.Pipeline.WriteAsync(spans, trace);
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces/ticking?span=root");
        await reader.Page.Locator(".wf[data-ready]").WaitForAsync();
        await Assertions.Expect(reader.Page.Locator(".head .cost")).ToContainTextAsync("so far");

        // In each frame of two seconds, in which the server tells its time as well.
        var watched = reader.Page.EvaluateAsync<string[]>(
            """
            () => new Promise(done => {
              const told = [], until = performance.now() + 2000;
              const text = selector => document.querySelector(selector).textContent;
              const look = () => {
                told.push([...new Set([text('.facts [data-running]'), text('[data-panel] [data-running]'), text('[data-id=root] [data-running]'), text('[data-tick="4"]')])].join(' / '));
                performance.now() < until ? requestAnimationFrame(look) : done([...new Set(told)]);
              };
              look();
            })
            """);
        for (var sequence = 2; !watched.IsCompleted; sequence++)
            await WriteChunkAsync("ticking", sequence, $" w{sequence}");
        var times = await watched;

        Assert.True(times.Length > 5);
        Assert.DoesNotContain(times, t => t.Contains('/', StringComparison.Ordinal));
        Assert.True(await reader.Page.EvaluateAsync<bool>(
            "() => { const c = document.querySelector('.mini canvas'); return c.getContext('2d').getImageData(c.width - 2, 3, 1, 1).data[3] > 0; }"));
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Under_a_fast_feed_the_page_renders_at_most_five_times_a_second()
    {
        var (spans, trace) = SampleTraces.RefundAgent("busy", s_now, live: true);
        await fixture.Pipeline.WriteAsync(spans, trace);
        await using var reader = await BrowserPage.OpenAsync(browser, fixture.App, "/traces/busy?span=c5");
        await reader.Page.Locator("[data-panel] dl").WaitForAsync();
        var before = reader.Renders;
        var clock = Stopwatch.StartNew();
        var sequence = 2;
        for (; clock.Elapsed < TimeSpan.FromSeconds(2.5); sequence++)
            await WriteChunkAsync("busy", sequence, $" w{sequence}");

        var rate = (reader.Renders - before) / clock.Elapsed.TotalSeconds;
        Assert.InRange(rate, 0.2, 5);
        await reader.Page.Locator("[data-panel]").GetByText($"w{sequence - 1}").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    private Task WriteSeriesAsync(string traceId, int from, int to) => fixture.Pipeline.WriteAsync(
        [
            SampleTraces.Span(traceId, "root", null, "root", s_now, s_now + SampleTraces.Ms(1_000)),
            .. Enumerable.Range(from, to - from).Select(i => SampleTraces.Span(traceId, $"s{i}", "root", $"span {i}", s_now + SampleTraces.Ms(i), s_now + SampleTraces.Ms(i + 2))),
        ]);

    private Task WriteChunkAsync(string traceId, long sequence, string text)
    {
        var update = new SpanUpdate
        {
            ProjectId = SampleTraces.Project,
            TraceId = traceId,
            SpanId = "c5",
            Version = new UpdateVersion(1, s_now, sequence),
            Hash = sequence,
            Chunks = [new OutputChunk(sequence, text)],
        };
        return fixture.Pipeline.WriteAsync([update]);
    }
}
