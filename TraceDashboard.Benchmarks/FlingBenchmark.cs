using System.Diagnostics;
using Microsoft.Playwright;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Components.Waterfall;

namespace TraceDashboard.Benchmarks;

/// <summary>
/// How soon a trace of 10 000 spans is open in Chromium, and how soon its rows are there after the scroll wheel was flung. The
/// browser runs on the same cores as the app.
/// </summary>
internal static class FlingBenchmark
{
    private const int Spans = 10_000;
    private const int WarmUp = 5;
    private const int Opens = 20;
    private const int Flings = 100;

    // Looks at each frame whether there is a row in each place of the view, and at the height of the list.
    private const string Watch =
        """
        ({ spans, rowHeight }) => {
          const box = document.querySelector('[data-scroll]'), part = box.querySelector('[data-first]'), heights = new Set();
          let moved = 0, covered = 0, blank = 0, longest = 0;
          box.addEventListener('scroll', () => { moved = performance.now(); covered = 0; });
          const look = () => {
            const now = performance.now();
            heights.add(box.scrollHeight);
            const top = Math.floor(box.scrollTop / rowHeight), end = Math.min(spans, Math.ceil((box.scrollTop + box.clientHeight) / rowHeight));
            if (part.querySelector(`[data-place="${top}"]`) && part.querySelector(`[data-place="${end - 1}"]`)) {
              covered ||= now;
              blank = 0;
            } else {
              blank ||= now;
              longest = Math.max(longest, now - blank);
            }
            requestAnimationFrame(look);
          };
          look();
          window.fling = () => moved && covered && performance.now() - moved > 400 ? { after: covered - moved, longest, heights: heights.size, top: box.scrollTop } : null;
          window.unfling = () => moved = covered = blank = longest = 0;
        }
        """;

    public static async Task RunAsync(BenchStore store, BenchOptions options, CancellationToken cancellationToken)
    {
        Report.Heading($"A trace of {Spans:N0} spans in Chromium, {store.Name}");
        await using var app = await AppProcess.StartAsync(store.Settings, Path.Combine(store.Folder, "app.log"), cancellationToken);
        var trace = await new LoadClient(app.Address, null, options.Connections, options.Batch).SendTraceAsync(Spans, cancellationToken);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = options.Browser, Args = ["--no-sandbox"] });

        // One for all pages, so that scripts and styles are in its cache as they are a reader's.
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var (opened, ready, followed) = (new LatencySample(), new LatencySample(), new LatencySample());
        for (var i = 0; i < WarmUp + Opens; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            var page = await OpenAsync(context, new Uri(app.Address, "/traces/" + trace));
            var byAddress = Stopwatch.GetElapsedTime(started);
            await ReadyAsync(page);
            var byAddressReady = Stopwatch.GetElapsedTime(started);
            await page.GotoAsync(new Uri(app.Address, "/traces").AbsoluteUri);
            var link = page.Locator($"[data-list] a[href$=\"traces/{trace}\"]").First;
            await link.WaitForAsync();
            started = Stopwatch.GetTimestamp();
            await link.ClickAsync();
            await RowsAsync(page);
            if (i >= WarmUp)
            {
                opened.Add(byAddress);
                ready.Add(byAddressReady);
                followed.Add(Stopwatch.GetElapsedTime(started));
            }

            await page.CloseAsync();
        }

        Print("opened from the list", followed);
        Print("opened by its address", opened);
        Print("  and ready for keys", ready);
        var (flung, blank, heights) = await FlingAsync(await OpenAsync(context, new Uri(app.Address, "/traces/" + trace)), cancellationToken);
        Print("rows there after a fling", flung);
        Print("without all rows during it", blank);
        Report.Line($"  {flung.Count} flings, {heights} different height(s) of the list in all frames");

        static void Print(string name, LatencySample times) =>
            Report.Line($"  {name,-27}{times.Milliseconds(0.5),9:N0} ms p50 {times.Milliseconds(0.95),9:N0} ms p95 {times.Milliseconds(1),9:N0} ms at most");
    }

    private static async Task<IPage> OpenAsync(IBrowserContext context, Uri address)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(address.AbsoluteUri, new() { WaitUntil = WaitUntilState.Commit });
        await RowsAsync(page);
        return page;
    }

    private static Task RowsAsync(IPage page) => page.Locator("[data-place=\"20\"]").WaitForAsync();

    private static Task ReadyAsync(IPage page) => page.Locator("section[data-ready]").WaitForAsync();

    private static async Task<(LatencySample Flung, LatencySample Blank, int Heights)> FlingAsync(IPage page, CancellationToken cancellationToken)
    {
        await ReadyAsync(page);
        await page.Locator("[data-scroll]").HoverAsync();
        await page.EvaluateAsync(Watch, new { spans = Spans, rowHeight = WaterfallView.RowHeight });
        var (flung, blank) = (new LatencySample(), new LatencySample());
        var heights = 0;
        var random = new Random(3);
        var down = true;
        for (var i = 0; i < WarmUp + Flings; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await page.EvaluateAsync("() => window.unfling()");

            // As a wheel that is let go turns on: less with each event.
            for (var step = (float)random.Next(500, 8_000); step > 40; step *= 0.6f)
            {
                await page.Mouse.WheelAsync(0, down ? step : -step);
                await Task.Delay(16, cancellationToken);
            }

            var found = await (await page.WaitForFunctionAsync("() => window.fling()")).JsonValueAsync<Found>();
            heights = found.Heights;
            if (i >= WarmUp)
            {
                flung.Add(TimeSpan.FromMilliseconds(found.After));
                blank.Add(TimeSpan.FromMilliseconds(found.Longest));
            }

            down = found.Top < Spans * WaterfallView.RowHeight * (down ? 0.9 : 0.1);
        }

        return (flung, blank, heights);
    }

    private sealed record Found
    {
        public double After { get; init; }

        public double Longest { get; init; }

        public int Heights { get; init; }

        public double Top { get; init; }
    }
}
