using Microsoft.Extensions.Options;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Demo;

/// <summary>Fills an empty project with a month of traces, then keeps a few running until the app stops.</summary>
internal sealed partial class DemoService(
    IngestionPipeline pipeline, ProjectReader projects, IOptions<DemoOptions> options, TimeProvider time, ILogger<DemoService> logger) : BackgroundService
{
    private const int BatchSpans = 1_000;
    private const int BatchesAtOnce = 4;

    private static readonly TimeSpan LiveTick = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        const int projectId = DefaultProject.Id;
        var data = new DemoData(projectId, time.GetUtcNow(), options.Value.Seed);
        if (await projects.HasTracesAsync(projectId, stoppingToken))
            LogNotEmpty();
        else
            await FillAsync(data, projectId, stoppingToken);
        if (options.Value.LiveInterval > TimeSpan.Zero)
            await PlayAsync(projectId, stoppingToken);
    }

    private async Task FillAsync(DemoData data, int projectId, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var total = options.Value.Traces;
        LogFilling(total);
        long traces = 0, spans = 0, reported = 0;
        await Parallel.ForEachAsync(
            Batches(data.Traces(total), projectId),
            new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                await WriteAsync(batch, token);
                var done = Interlocked.Add(ref traces, batch.Traces.Count);
                Interlocked.Add(ref spans, batch.Spans.Count);
                var percent = done * 100 / total;
                var last = Interlocked.Read(ref reported);
                if (percent >= last + 10 && Interlocked.CompareExchange(ref reported, percent - (percent % 10), last) == last)
                    LogProgress(percent, done);
            });
        LogFilled(traces, spans, time.GetElapsedTime(started).TotalSeconds);
    }

    private IEnumerable<IngestBatch> Batches(IEnumerable<DemoTrace> traces, int projectId)
    {
        var now = time.GetUnixNanos();
        var spans = new List<SpanUpdate>();
        var updates = new List<TraceUpdate>();
        var scores = new List<Score>();
        foreach (var trace in traces)
        {
            updates.Add(trace.Update);
            spans.AddRange(trace.Spans);
            scores.AddRange(DemoScores.Of(trace, now));
            if (spans.Count < BatchSpans)
                continue;
            yield return new IngestBatch(projectId, spans, updates) { Scores = scores };
            (spans, updates, scores) = ([], [], []);
        }

        if (updates.Count > 0)
            yield return new IngestBatch(projectId, spans, updates) { Scores = scores };
    }

    private async Task PlayAsync(int projectId, CancellationToken cancellationToken)
    {
        // Another seed than the fill's: its ids must not come again, neither now nor at the next start.
        var data = new DemoData(projectId, time.GetUtcNow(), unchecked((int)time.GetUtcNow().Ticks));
        var replay = new DemoReplay();
        var next = time.GetUtcNow();
        LogLive(options.Value.LiveInterval.TotalSeconds);
        using var timer = new PeriodicTimer(LiveTick, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = time.GetUtcNow();
            if (now >= next)
            {
                replay.Add(data.Next(now));
                next = now + (options.Value.LiveInterval * (0.5 + Random.Shared.NextDouble()));
            }

            var batch = replay.Take(projectId, UnixNanos.FromDateTimeOffset(now));
            if (batch.Count > 0)
                await WriteAsync(batch, cancellationToken);
        }
    }

    private async Task WriteAsync(IngestBatch batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var result = await pipeline.WriteAsync(batch, cancellationToken);
                foreach (var rejected in result.Rejected)
                    LogRejected(rejected.TraceId, rejected.SpanId, rejected.Reason);
                return;
            }
            catch (UnavailableException e)
            {
                await Task.Delay(e.RetryAfter, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Demo: filling the empty project with {Traces} traces of the last 30 days")]
    private partial void LogFilling(int traces);

    [LoggerMessage(2, LogLevel.Information, "Demo: {Percent} %, {Traces} traces")]
    private partial void LogProgress(long percent, long traces);

    [LoggerMessage(3, LogLevel.Information, "Demo: {Traces} traces with {Spans} spans in {Seconds:0.0} s")]
    private partial void LogFilled(long traces, long spans, double seconds);

    [LoggerMessage(4, LogLevel.Information, "Demo: the project holds traces already, so it is not filled again")]
    private partial void LogNotEmpty();

    [LoggerMessage(5, LogLevel.Information, "Demo: a live trace about every {Seconds} s; stop with Ctrl+C")]
    private partial void LogLive(double seconds);

    [LoggerMessage(6, LogLevel.Warning, "Demo: span {SpanId} of trace {TraceId} was rejected: {Reason}")]
    private partial void LogRejected(string traceId, string spanId, string reason);
}
