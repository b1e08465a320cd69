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
        await reader.Page.Locator(".wf:not([data-live])").WaitForAsync();
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
