using System.Diagnostics;
using System.Globalization;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Benchmarks.Reference;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Benchmarks;

/// <summary>
/// What a trace that grows and grows costs everybody: its batches, and those of short traces that are written in turns with them, while the app
/// summarises it beside them. The reference is a bare commit of the same machine at the same time.
/// </summary>
internal static class LongTraceBenchmark
{
    private const string Id = "long";
    private const int Spans = 100_000;
    private const int Batch = 20;
    private const int Stage = 20_000;

    public static async Task RunAsync(BenchStore store, CancellationToken cancellationToken)
    {
        Report.Heading($"A trace that grows to {Spans:N0} spans, {store.Name}: batches of {Batch}");
        await using var app = await HostedApp.StartAsync(store, cancellationToken);
        var writer = app.Get<SpanWriter>();
        var start = DateTimeOffset.UtcNow;
        for (var written = 0; written < Spans; written += Stage)
        {
            LatencySample own = new(), others = new();
            for (var i = written; i < written + Stage; i += Batch)
            {
                own.Add(await WriteAsync(writer, [.. Enumerable.Range(i, Batch).Select(n => Span(Id, n, start))], cancellationToken));
                others.Add(await WriteAsync(writer, [Span($"short {i}", i, start)], cancellationToken));
            }

            LatencySample bare = new();
            await BareCommit.MeasureAsync(store, bare, cancellationToken);
            Report.Line($"  to {written + Stage,7:N0} spans");
            Line("a batch", own);
            Line("one span of a short trace", others);
            Line("a bare commit", bare);
        }

        var summarised = Stopwatch.StartNew();
        while (await store.QueryAsync($"SELECT span_count FROM traces WHERE trace_id = '{Id}' AND NOT stale", cancellationToken) != Spans.ToString(CultureInfo.InvariantCulture))
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        Report.Line($"  {summarised.Elapsed.TotalSeconds,10:N1} s after the last batch its summary has all spans");
    }

    private static async Task<TimeSpan> WriteAsync(SpanWriter writer, SpanUpdate[] spans, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await writer.WriteAsync([new IngestBatch(DefaultProject.Id, spans, [])], cancellationToken);
        return Stopwatch.GetElapsedTime(began);
    }

    private static void Line(string what, LatencySample times) =>
        Report.Line($"  {what,30}: {times.Milliseconds(0.5):N1} ms p50, {times.Milliseconds(0.99):N1} ms p99, {times.Milliseconds(1):N1} ms at most");

    /// <summary>Every tenth calls a model, as in a run of an agent; the rest are below it.</summary>
    private static SpanUpdate Span(string traceId, int number, DateTimeOffset start)
    {
        var began = UnixNanos.FromDateTimeOffset(start.AddMilliseconds(number));
        var span = new SpanUpdate
        {
            ProjectId = DefaultProject.Id,
            TraceId = traceId,
            SpanId = number.ToString("x16", CultureInfo.InvariantCulture),
            Version = new UpdateVersion(2, began + 1, 0),
            Hash = number + 1,
            Name = "step",
            Kind = number % 10 == 0 ? SpanKind.Generation : SpanKind.Tool,
            StartTime = began,
            EndTime = began + UnixNanos.PerSecond,
            Input = "What is next?"u8.ToArray(),
            Output = "This."u8.ToArray(),
        };
        if (number % 10 != 0)
        {
            span.ParentSpanId = (number - (number % 10)).ToString("x16", CultureInfo.InvariantCulture);
            return span;
        }

        span.Provider = "openai";
        span.RequestModel = "gpt-4o-mini";
        span.ResponseId = span.SpanId;
        span.Usage = new TokenUsage { Input = 100, Output = 20 };
        return span;
    }
}
