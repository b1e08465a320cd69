using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Storage;
using TraceDashboard.Demo;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Demo;

public sealed class DemoServiceTests
{
    private const int Traces = 60;

    [Fact]
    public async Task An_empty_project_is_filled_once()
    {
        await using var app = await TestApp.StartAsync();
        await RunAsync(app);
        var first = await CountAsync(app);
        Assert.Equal(Traces, first.Traces);
        Assert.InRange(first.Spans, 10_000 + Traces - 1, 10_000 + (30 * Traces));
        Assert.Equal(0, first.Open);
        Assert.True(first.Priced > Traces / 2);

        await RunAsync(app);
        Assert.Equal(first, await CountAsync(app));
    }

    [Fact]
    public async Task A_live_trace_is_open_first_and_ends_as_the_whole_trace()
    {
        await using var app = await TestApp.StartAsync();
        var data = new DemoData(1, DateTimeOffset.UtcNow, 7);
        var trace = data.Next(DateTimeOffset.UtcNow);
        while (trace.Spans.Count < 3 || !trace.Spans.Any(s => s.FirstTokenTime > 0 && s.Output is not null))
            trace = data.Next(DateTimeOffset.UtcNow);
        var replay = new DemoReplay();
        replay.Add(trace);
        var streaming = trace.Spans.Last(s => s.FirstTokenTime > 0 && s.Output is not null);

        var pipeline = app.Get<IngestionPipeline>();
        await pipeline.WriteAsync(replay.Take(1, streaming.EndTime!.Value - 1), TestContext.Current.CancellationToken);
        var reader = app.Get<TraceReader>();
        var open = await reader.GetSpanAsync(1, trace.TraceId, streaming.SpanId, null, TestContext.Current.CancellationToken);
        Assert.True(open!.OutputStreamed);
        Assert.Equal(DemoJson.AnswerText(streaming.Output), open.Output);
        Assert.Null(open.Facts.EndTime);

        await pipeline.WriteAsync(replay.Take(1, long.MaxValue), TestContext.Current.CancellationToken);
        Assert.Equal((1, trace.Spans.Count, 0), await app.Get<TraceStore>().ReadAsync(
            async (db, ct) => (await db.Traces.CountAsync(ct), await db.Spans.CountAsync(ct), await db.Spans.CountAsync(s => s.EndTime == null, ct)),
            TestContext.Current.CancellationToken));
    }

    private static async Task RunAsync(TestApp app)
    {
        var options = new DemoOptions { Traces = Traces, LiveInterval = TimeSpan.Zero };
        using var demo = new DemoService(app.Get<IngestionPipeline>(), app.Get<ProjectReader>(), Options.Create(options), TimeProvider.System, NullLogger<DemoService>.Instance);
        await demo.StartAsync(TestContext.Current.CancellationToken);
        await demo.ExecuteTask!;
    }

    private static Task<(int Traces, int Spans, int Open, int Priced)> CountAsync(TestApp app) => app.Get<TraceStore>().ReadAsync(
        async (db, ct) => (await db.Traces.CountAsync(ct), await db.Spans.CountAsync(ct), await db.Spans.CountAsync(s => s.EndTime == null, ct), await db.Traces.CountAsync(t => t.Cost > 0, ct)),
        TestContext.Current.CancellationToken);
}
