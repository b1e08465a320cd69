using System.Diagnostics;
using System.Diagnostics.Metrics;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Benchmarks.Reference;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>How fast calls of the lifecycle API are answered while many traces are open and readers look on, and whether all ends well.</summary>
internal static class LifecycleBenchmark
{
    private const int Readers = 20;

    private const int WarmUpTraces = 1_000;

    // Until then the just-in-time compiler takes up to a third of the processor.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StartLength = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(BenchStore store, BenchOptions options, CancellationToken cancellationToken)
    {
        Report.Heading($"Lifecycle, {store.Name}: two updates a second of each open trace, {Readers} readers");
        await using var app = await HostedApp.StartAsync(store, cancellationToken);
        await MeasureAsync(store, app, WarmUpTraces, warmUp: true, s_warmUp, cancellationToken);
        foreach (var open in options.Open)
            await MeasureAsync(store, app, open, warmUp: false, TimeSpan.FromSeconds(options.Seconds), cancellationToken);
    }

    private static async Task MeasureAsync(BenchStore store, HostedApp app, int open, bool warmUp, TimeSpan length, CancellationToken cancellationToken)
    {
        var bare = new LatencySample();
        var traces = new OpenTraces(app.Address, open);
        var readers = new PageReaders(app, traces.Ids);
        using var stopReaders = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await BareCommit.MeasureAsync(store, bare, cancellationToken);
        var reading = readers.RunAsync(Readers, stopReaders.Token);
        await traces.StartAsync(StartLength, cancellationToken);
        var transactions = new LatencySample();
        using var listener = Listen(app, transactions);
        var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await traces.UpdateAsync(length, cancellationToken);
        var took = clock.Elapsed;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        listener.Dispose();
        await traces.CompleteAsync(StartLength, cancellationToken);
        await stopReaders.CancelAsync();
        await reading;
        await BareCommit.MeasureAsync(store, bare, cancellationToken);
        var wrong = await CountWrongAsync(app, traces, cancellationToken);
        if (!warmUp)
            Print(traces, readers, bare, transactions, open, took, cpu, wrong);
        if (wrong > 0)
            throw new InvalidOperationException($"{wrong} of {open} traces did not end as they should.");
    }

    private static MeterListener Listen(HostedApp app, LatencySample transactions)
    {
        var meters = app.Get<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "ingestion.commit.duration" && instrument.Meter.Scope == meters)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => transactions.Add(TimeSpan.FromSeconds(seconds)));
        listener.Start();
        return listener;
    }

    private static void Print(OpenTraces traces, PageReaders readers, LatencySample bare, LatencySample transactions, int open, TimeSpan took, TimeSpan cpu, int wrong)
    {
        Report.Line($"{open:N0} traces open, {traces.Updates.Count / took.TotalSeconds:N0} updates/s of {open * 2:N0}, {cpu.TotalMicroseconds / traces.Updates.Count:N0} µs CPU an update with its client and all readers:");
        Row("start", traces.Starts);
        Row("update", traces.Updates);
        Row("update since due", traces.UpdatesSinceDue);
        Row("complete", traces.Completes);
        Row("transaction", transactions);
        Row("bare commit", bare);
        Report.Line($"  answers by status: {string.Join(", ", traces.Statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}"))}");
        Report.Line($"  {readers.Signals:N0} signals to readers, {readers.Answers:N0} pages shown anew; {wrong} traces ended wrong");

        static void Row(string name, LatencySample times) =>
            Report.Line($"  {name,-17}{times.Milliseconds(0.5),8:N2} ms p50 {times.Milliseconds(0.99),8:N2} ms p99 {times.Milliseconds(1),8:N2} ms at most");
    }

    private static async Task<int> CountWrongAsync(HostedApp app, OpenTraces traces, CancellationToken cancellationToken)
    {
        var reader = app.Get<TraceReader>();
        var wrong = 0;
        for (var i = 0; i < traces.Ids.Count; i++)
        {
            var trace = await reader.GetTraceAsync(Projects.DefaultId, traces.Ids[i], cancellationToken);
            var spans = await reader.GetSpansAsync(Projects.DefaultId, traces.Ids[i], cancellationToken);
            var span = spans?.Spans.Count == 1
                ? await reader.GetSpanAsync(Projects.DefaultId, traces.Ids[i], spans.Spans[0].SpanId, null, cancellationToken)
                : null;
            if (trace is not { Activity: TraceActivity.Finished, Status: SpanStatus.Ok, Cost: > 0 } || trace.TokensOut != traces.OutputTokens(i) || span?.Output != traces.Output(i))
                wrong++;
        }

        return wrong;
    }
}
