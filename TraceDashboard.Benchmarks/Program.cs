using System.Runtime.InteropServices;
using TraceDashboard.Benchmarks;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Lifecycle;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Benchmarks.Reference;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});

try
{
    var options = BenchOptions.Parse(args);
    switch (options.Verb)
    {
        case "all" or "ingest" or "read" or "lifecycle" or "fling" or "retention" or "long" or "store" or "reference":
            foreach (var postgres in options.Databases)
            {
                await using var store = await BenchStore.CreateAsync(postgres, stop.Token);
                await MeasureAsync(options, store);
            }

            return 0;
        case "decode":
            DecodeBenchmark.Run(options, stop.Token);
            return 0;
        case "lifecycle-client": // started by lifecycle
            await LifecycleClient.RunAsync(options, stop.Token);
            return 0;
        case "load" when options.Target is not null:
            await LoadAsync(options, options.Target);
            return 0;
        case "load":
            throw new FormatException("load needs --target.");
        default:
            Console.WriteLine(BenchOptions.Help);
            return options.Verb == "help" ? 0 : 2;
    }
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(BenchOptions.Help);
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

async Task MeasureAsync(BenchOptions options, BenchStore store)
{
    if (options.Verb == "reference")
        Report.Line($"{store.Name}: {ReferenceWriter.Measure(store, options.ReferenceSpans, stop.Token):N0} spans/s by the reference writer");
    if (options.Verb == "retention")
        await RetentionBenchmark.RunAsync(store, options, stop.Token);
    if (options.Verb == "fling")
        await FlingBenchmark.RunAsync(store, options, stop.Token);
    if (options.Verb == "long")
        await LongTraceBenchmark.RunAsync(store, stop.Token);
    if (options.Verb == "store")
        await StoreBenchmark.RunAsync(store, options, stop.Token);
    if (options.Verb is "all" or "ingest")
        await new IngestBenchmark(store, options).RunAsync(stop.Token);
    else if (options.Verb == "read")
        await new IngestBenchmark(store, options).FillAsync(stop.Token);
    if (options.Verb is "all" or "read")
        await ReadBenchmark.RunAsync(store, options, stop.Token);
    if (options.Verb is "all" or "lifecycle")
        await LifecycleBenchmark.RunAsync(store, options, stop.Token);
}

async Task LoadAsync(BenchOptions options, Uri target)
{
    var load = await new LoadClient(target, options.Key, options.Connections, options.Batch).RunAsync(options.Spans, null, stop.Token);
    Report.Line($"{load.Spans:N0} spans of {load.Bytes / (double)load.Spans:N0} bytes at {load.SpansPerSecond:N0} spans/s");
    Report.Line($"{load.Latency.Milliseconds(0.5):N1} ms p50, {load.Latency.Milliseconds(0.99):N1} ms p99 for a request");
    Report.Line($"{load.Retries} requests sent again after 503, {load.NotAccepted} accepted in part only");
}
