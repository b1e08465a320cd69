using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Benchmarks.Reference;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>How fast calls of the lifecycle API are answered while many traces are open and readers look on, and whether all ends well.</summary>
internal static class LifecycleBenchmark
{
    private const int Readers = 20;

    private const int WarmUpTraces = 1_000;

    /// <summary>So many methods compiled in a second are what a running app compiles now and then.</summary>
    private const int QuietCompiler = 20;

    private static readonly TimeSpan s_warmUpStep = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_longestWarmUp = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan s_clientWarmUp = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_startLength = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(BenchStore store, BenchOptions options, CancellationToken cancellationToken)
    {
        Report.Heading($"Lifecycle, {store.Name}: two updates a second of each open trace, {Readers} readers");
        await using var app = await HostedApp.StartAsync(store, cancellationToken);
        await WarmUpAsync(store, app, cancellationToken);
        foreach (var open in options.Open)
            await MeasureAsync(store, app, open, print: true, TimeSpan.FromSeconds(options.Seconds), cancellationToken);
    }

    /// <summary>Until the just-in-time compiler is done, it takes up to a third of the processor.</summary>
    private static async Task WarmUpAsync(BenchStore store, HostedApp app, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        double compiled;
        do
        {
            var (before, since) = (JitInfo.GetCompiledMethodCount(), clock.Elapsed);
            await MeasureAsync(store, app, WarmUpTraces, print: false, s_warmUpStep, cancellationToken);
            compiled = (JitInfo.GetCompiledMethodCount() - before) / (clock.Elapsed - since).TotalSeconds;
        }
        while (compiled > QuietCompiler && clock.Elapsed < s_longestWarmUp);
        Report.Line($"warm after {clock.Elapsed.TotalSeconds:N0} s: {compiled:N0} methods compiled in a second");
    }

    private static async Task MeasureAsync(BenchStore store, HostedApp app, int open, bool print, TimeSpan length, CancellationToken cancellationToken)
    {
        var seed = Random.Shared.Next();
        var traces = new OpenTraces(open, seed);
        var updates = LifecycleClient.Updates(length);
        await using var client = new ClientProcess(app.Address, open, seed);
        var readers = new PageReaders(app, traces.Ids);
        using var stopReaders = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var result = new Result { Open = open, Readers = readers };
        await BareCommit.MeasureAsync(store, result.BareCommits, cancellationToken);
        var reading = readers.RunAsync(Readers, stopReaders.Token);
        await client.RunAsync(new LifecyclePart(LifecyclePart.WarmUp, s_clientWarmUp, 0), cancellationToken);
        result.Starts = await client.RunAsync(new LifecyclePart(LifecyclePart.Start, s_startLength, 0), cancellationToken);
        using (Listen(app, result.Transactions))
        {
            var (cpu, pauses, collections) = (Environment.CpuUsage.TotalTime + client.Cpu, GC.GetTotalPauseDuration(), GC.CollectionCount(0));
            var (allocated, stolen) = (GC.GetTotalAllocatedBytes(precise: true), ProcessUsage.Stolen());
            var commits = BareCommit.MeasureAsync(store, result.CommitsMeanwhile, cancellationToken, length / BareCommit.Commits);
            result.Updates = await client.RunAsync(new LifecyclePart(LifecyclePart.Update, length, 0), cancellationToken);
            result.Cpu = Environment.CpuUsage.TotalTime + client.Cpu - cpu;
            result.Pauses = GC.GetTotalPauseDuration() - pauses;
            result.Collections = GC.CollectionCount(0) - collections;
            result.Stolen = ProcessUsage.Stolen() - stolen;
            result.Allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            await commits;
        }

        result.Completes = await client.RunAsync(new LifecyclePart(LifecyclePart.Complete, s_startLength, updates), cancellationToken);
        await stopReaders.CancelAsync();
        await reading;
        await BareCommit.MeasureAsync(store, result.BareCommits, cancellationToken);
        result.Wrong = await CountWrongAsync(app, traces, updates, cancellationToken);
        if (print)
            Print(result);
        if (result.Wrong > 0)
            throw new InvalidOperationException($"{result.Wrong} of {open} traces did not end as they should.");
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

    private static void Print(Result result)
    {
        var updates = result.Updates.Times.Length;
        Report.Line($"{result.Open:N0} traces open, {updates / result.Updates.Seconds:N0} updates/s of {result.Open * 2:N0}, {result.Cpu.TotalMicroseconds / updates:N0} µs CPU an update with its client and all readers, {result.Stolen.TotalSeconds / result.Updates.Seconds / Environment.ProcessorCount:P1} of the processors stolen:");
        Row("start", new LatencySample(result.Starts.Times));
        Row("update", new LatencySample(result.Updates.Times));
        Row("update since due", new LatencySample(result.Updates.SinceDue));
        Row("complete", new LatencySample(result.Completes.Times));
        Row("transaction", result.Transactions);
        Row("bare commit", result.BareCommits);
        Row("  meanwhile", result.CommitsMeanwhile);
        var statuses = new[] { result.Starts, result.Updates, result.Completes }.SelectMany(part => part.Statuses).GroupBy(s => s.Key, s => s.Value).OrderBy(s => s.Key);
        Report.Line($"  {result.Allocated / updates / 1024.0:N1} kB allocated an update by app and readers, {result.Collections} collections that stopped it for {result.Pauses.TotalMilliseconds:N0} ms");
        Report.Line($"  answers by status: {string.Join(", ", statuses.Select(s => $"{s.Key}: {s.Sum()}"))}");
        Report.Line($"  {result.Readers.Signals:N0} signals to readers, {result.Readers.Answers:N0} pages shown anew; {result.Wrong} traces ended wrong");

        static void Row(string name, LatencySample times) =>
            Report.Line($"  {name,-17}{times.Milliseconds(0.5),8:N2} ms p50 {times.Milliseconds(0.99),8:N2} ms p99 {times.Milliseconds(1),8:N2} ms at most");
    }

    private static async Task<int> CountWrongAsync(HostedApp app, OpenTraces traces, int updates, CancellationToken cancellationToken)
    {
        var reader = app.Get<TraceReader>();
        var output = OpenTraces.Output(updates);
        var wrong = 0;
        for (var i = 0; i < traces.Ids.Count; i++)
        {
            var trace = await reader.GetTraceAsync(DefaultProject.Id, traces.Ids[i], cancellationToken);
            var spans = await reader.GetSpansAsync(DefaultProject.Id, traces.Ids[i], cancellationToken);
            var span = spans?.Spans.Count == 1
                ? await reader.GetSpanAsync(DefaultProject.Id, traces.Ids[i], spans.Spans[0].SpanId, null, cancellationToken)
                : null;
            if (trace is not { Activity: TraceActivity.Finished, Status: SpanStatus.Ok, Cost: > 0 } || trace.TokensOut != OpenTraces.OutputTokens(updates) || span?.Output != output)
                wrong++;
        }

        return wrong;
    }

    private sealed class Result
    {
        public required int Open { get; init; }

        public required PageReaders Readers { get; init; }

        public LatencySample BareCommits { get; } = new();

        /// <summary>The same beside the updates: what processors that are in use add to it.</summary>
        public LatencySample CommitsMeanwhile { get; } = new();

        public LatencySample Transactions { get; } = new();

        public LifecycleTimes Starts { get; set; } = null!;

        public LifecycleTimes Updates { get; set; } = null!;

        public LifecycleTimes Completes { get; set; } = null!;

        /// <summary>Of app, readers and client together, during the updates.</summary>
        public TimeSpan Cpu { get; set; }

        /// <inheritdoc cref="ProcessUsage.Stolen" />
        public TimeSpan Stolen { get; set; }

        /// <summary>How often the collector ran in the app during the updates.</summary>
        public int Collections { get; set; }

        /// <summary>For how long the collector stopped the app during the updates.</summary>
        public TimeSpan Pauses { get; set; }

        /// <summary>By app and readers during the updates, in bytes.</summary>
        public long Allocated { get; set; }

        public int Wrong { get; set; }
    }
}
