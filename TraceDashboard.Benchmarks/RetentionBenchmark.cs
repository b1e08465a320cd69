using System.Diagnostics;
using System.Globalization;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Upkeep;

namespace TraceDashboard.Benchmarks;

/// <summary>
/// How much of its rate ingestion loses while retention deletes beside it, and what the store shrinks to. With and without take turns
/// within one run, so that what the machine gives at the time is the same for both.
/// </summary>
internal static class RetentionBenchmark
{
    private const int Pairs = 5;

    // The fill lies in the month before: its first third is too old, and when that is gone the contents of the second.
    private static readonly TimeSpan s_month = TimeSpan.FromDays(30);
    private static readonly RetentionSettings s_beside = new(ContentDays: 20, TraceDays: 20);
    private static readonly RetentionSettings s_afterwards = new(ContentDays: 10, TraceDays: 20);

    public static async Task RunAsync(BenchStore store, BenchOptions options, CancellationToken cancellationToken)
    {
        Report.Heading($"Retention, {store.Name}: {options.Connections} connections, batches of {options.Batch}");
        var clock = new ShiftedTime();
        await using var app = await HostedApp.StartAsync(store, cancellationToken, clock, "Retention:Interval=1.00:00:00");
        var client = new LoadClient(app.Address, null, options.Connections, options.Batch);

        // It comes in on the days of which it is: the server's clock goes with the load.
        var fill = await client.RunAsync(options.Fill, share => clock.Age = s_month * (1 - Math.Min(share, 1)), cancellationToken);
        clock.Age = TimeSpan.Zero;
        await store.RolledUpAsync(cancellationToken);
        var (filled, _) = await store.DiskAsync(cancellationToken);
        Report.Line($"filled with {fill.Spans:N0} spans of {s_month.Days} days at {fill.SpansPerSecond:N0} spans/s: {filled / 1e6:N0} MB");

        var settings = app.Get<ProjectSettingsStore>();
        await settings.SaveAsync(DefaultProject.Id, new ProjectSettings { Retention = s_beside }, cancellationToken);
        var service = app.Get<RetentionService>();
        Turns without = new(), with = new();
        for (var i = 0; i < Pairs; i++)
        {
            // Without, with, with, without, …: neither is always the later one.
            foreach (var turns in i % 2 == 0 ? [without, with] : (Turns[])[with, without])
                await MeasureAsync(turns, store, client, options.Spans / Pairs, turns == with ? service : null, cancellationToken);
        }

        Report.Line($"  {without.SpansPerSecond,10:N0} spans/s without retention, {without.Spans:N0} spans in {Pairs} turns; a request {without.Latency.Milliseconds(0.5):N1} ms p50, {without.Latency.Milliseconds(0.99):N1} ms p99");
        Report.Line($"  {with.SpansPerSecond,10:N0} spans/s with it, {with.Spans:N0} spans in {Pairs} turns; a request {with.Latency.Milliseconds(0.5):N1} ms p50, {with.Latency.Milliseconds(0.99):N1} ms p99");
        Report.Line($"  {with.SpansPerSecond / without.SpansPerSecond,10:N3} is the ratio; for {Math.Min(1, with.Work / with.Elapsed):P0} of its time retention was at work and deleted {with.Deleted:N0} spans or their contents");

        await settings.SaveAsync(DefaultProject.Id, new ProjectSettings { Retention = s_afterwards }, cancellationToken);
        var (loaded, _) = await store.DiskAsync(cancellationToken);
        var (rest, before) = (Stopwatch.StartNew(), await DeletedAsync(store, cancellationToken));
        await service.RunAsync(cancellationToken);
        rest.Stop();
        var (data, log) = await store.DiskAsync(cancellationToken);
        Report.Line($"  {loaded / 1e6,10:N0} MB before the rest is deleted: {await DeletedAsync(store, cancellationToken) - before:N0} spans or their contents in {rest.Elapsed.TotalSeconds:N1} s, without a load");
        Report.Line($"  {data / 1e6,10:N0} MB afterwards in the file, and {log / 1e6:N0} MB of write-ahead log; {await store.CountSpansAsync(cancellationToken):N0} spans are left");
        if (data >= loaded)
            throw new InvalidOperationException("The store did not shrink.");
    }

    private static async Task MeasureAsync(Turns turns, BenchStore store, LoadClient client, int spans, RetentionService? retention, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var before = await DeletedAsync(store, cancellationToken);
        var deleting = retention is null ? Task.FromResult(TimeSpan.Zero) : Task.Run(() => DeleteAsync(retention, stop.Token), cancellationToken);
        var load = await client.RunAsync(spans, null, cancellationToken);
        await stop.CancelAsync();
        turns.Work += await deleting;
        turns.Deleted += await DeletedAsync(store, cancellationToken) - before;
        turns.Spans += load.Spans;
        turns.Elapsed += load.Elapsed;
        turns.Latency.Add(load.Latency.ToArray());
    }

    /// <returns>How long there was something to do.</returns>
    private static async Task<TimeSpan> DeleteAsync(RetentionService retention, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            await retention.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The turn is over; the next one goes on.
        }

        return clock.Elapsed;
    }

    /// <summary>What retention wrote down so far.</summary>
    private static async Task<long> DeletedAsync(BenchStore store, CancellationToken cancellationToken) => long.Parse(
        await store.QueryAsync("SELECT coalesce(sum(spans), 0) FROM maintenance_runs", cancellationToken) ?? "0", CultureInfo.InvariantCulture);

    /// <summary>The turns of one kind.</summary>
    private sealed class Turns
    {
        public long Spans { get; set; }

        public TimeSpan Elapsed { get; set; }

        public TimeSpan Work { get; set; }

        public long Deleted { get; set; }

        public LatencySample Latency { get; } = new();

        public double SpansPerSecond => Spans / Elapsed.TotalSeconds;
    }

    /// <summary>The machine's clock, set back.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        private long _age;

        public TimeSpan Age
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _age));
            set => Interlocked.Exchange(ref _age, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - Age;
    }
}
