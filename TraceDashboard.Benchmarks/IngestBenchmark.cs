using System.Globalization;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Benchmarks.Reference;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Benchmarks;

/// <summary>How fast spans are taken in and made durable, on an empty store and on a filled one, beside the reference writer.</summary>
internal sealed class IngestBenchmark(BenchStore store, BenchOptions options)
{
    private const int WarmUpSpans = 61_440;

    private long _sent;

    /// <summary>Leaves the store filled and the app stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Report.Heading($"Ingestion, {store.Name}: {options.Connections} connections, batches of {options.Batch}");
        await using (var app = await StartAppAsync(cancellationToken))
        {
            var client = Client(app);
            Report.Line($"commits: {await DurabilityAsync(cancellationToken)}");
            await SendAsync(client, WarmUpSpans, null, cancellationToken);
            await MeasureAsync("empty store", app, client, cancellationToken);
            if (options.Fill > _sent)
            {
                await FillAsync(client, cancellationToken);
                await MeasureAsync($"{_sent:N0} spans stored", app, client, cancellationToken);
            }
        }

        await CheckAsync(cancellationToken);
    }

    /// <summary>Fills the store without measuring anything else.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        await using (var app = await StartAppAsync(cancellationToken))
            await FillAsync(Client(app), cancellationToken);
        await CheckAsync(cancellationToken);
    }

    private async Task FillAsync(LoadClient client, CancellationToken cancellationToken)
    {
        // The fill lies in the month before, oldest first, as if it had been sent over that time.
        var fill = await SendAsync(client, options.Fill - _sent, share => TimeSpan.FromDays(30 * (1 - Math.Min(share, 1))), cancellationToken);
        Report.Line($"filled to {_sent:N0} spans at {fill.SpansPerSecond:N0} spans/s");
    }

    private Task<AppProcess> StartAppAsync(CancellationToken cancellationToken) =>
        AppProcess.StartAsync(store.Settings, Path.Combine(store.Folder, "app.log"), cancellationToken);

    private LoadClient Client(AppProcess app) => new(app.Address, null, options.Connections, options.Batch);

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var found = await store.CountSpansAsync(cancellationToken);
        Report.Line($"acknowledged {_sent:N0} spans, found {found:N0} in {await store.SizeAsync(cancellationToken) / 1e9:N2} GB");
        if (found != _sent)
            throw new InvalidOperationException($"{_sent} spans were acknowledged, but {found} are stored.");
    }

    private async Task MeasureAsync(string name, AppProcess app, LoadClient client, CancellationToken cancellationToken)
    {
        var reference = ReferenceWriter.Measure(store, options.ReferenceSpans, cancellationToken);
        ProcessUsage.ResetPeakMemory(app.ProcessId);
        var cpu = ProcessUsage.Cpu(app.ProcessId);
        var postgresCpu = PostgresCpu();
        var load = await SendAsync(client, options.Spans, null, cancellationToken);
        var cpuPerSpan = (ProcessUsage.Cpu(app.ProcessId) - cpu).TotalMicroseconds / load.Spans;
        var postgresPerSpan = (PostgresCpu() - postgresCpu).TotalMicroseconds / load.Spans;

        Report.Line($"{name}:");
        Report.Line($"  {load.SpansPerSecond,10:N0} spans/s over {load.Elapsed.TotalSeconds:N1} s ({load.Spans:N0} spans of {load.Bytes / (double)load.Spans:N0} bytes)");
        Report.Line($"  {reference,10:N0} spans/s by the reference writer; ratio {load.SpansPerSecond / reference:N2}");
        Report.Line($"  {load.Latency.Milliseconds(0.5),10:N1} ms p50, {load.Latency.Milliseconds(0.99):N1} ms p99 for a request");
        Report.Line($"  {cpuPerSpan,10:N0} µs server CPU a span{(store.Postgres is null ? "" : $", and {postgresPerSpan:N0} µs in PostgreSQL")}");
        Report.Line($"  {ProcessUsage.PeakMemory(app.ProcessId) / 1e6,10:N0} MB peak memory of the server");
        Report.Line($"  {load.Retries,10:N0} requests sent again after 503");

        TimeSpan PostgresCpu() => store.Postgres is null ? TimeSpan.Zero : ProcessUsage.CpuWithChildren(store.Postgres.ProcessId);
    }

    private async Task<LoadResult> SendAsync(LoadClient client, long spans, Func<double, TimeSpan>? age, CancellationToken cancellationToken)
    {
        var result = await client.RunAsync(spans, age, cancellationToken);
        if (result.NotAccepted > 0)
            throw new InvalidOperationException($"{result.NotAccepted} requests were accepted in part only.");
        _sent += result.Spans;
        return result;
    }

    /// <summary>The settings in force that decide whether a commit is synced, on connections opened as the server opens its own.</summary>
    private async Task<string> DurabilityAsync(CancellationToken cancellationToken)
    {
        if (store.Postgres is not null)
        {
            return $"fsync={await store.QueryAsync("SHOW fsync", cancellationToken)}, " +
                $"synchronous_commit={await store.QueryAsync("SHOW synchronous_commit", cancellationToken)}";
        }

        await using var connection = SqliteDatabase.Open(store.SqliteConnectionString);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT journal_mode || ', synchronous=' || CASE synchronous WHEN 2 THEN 'FULL' ELSE synchronous END FROM pragma_journal_mode, pragma_synchronous";
        return "journal_mode=" + Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
