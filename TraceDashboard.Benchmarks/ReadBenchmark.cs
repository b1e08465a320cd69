using System.Diagnostics;
using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Benchmarks.Load;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceFilter = TraceDashboard.Core.Search.TraceFilter;

namespace TraceDashboard.Benchmarks;

/// <summary>How long the pages' queries take on the store as it is, and how many SQL commands each of them is.</summary>
internal static class ReadBenchmark
{
    private const int PageSize = 100;

    public static async Task RunAsync(BenchStore store, BenchOptions options, CancellationToken cancellationToken)
    {
        Report.Heading($"Reading, {store.Name}: {await store.CountSpansAsync(cancellationToken):N0} spans stored");
        await using var app = await HostedApp.StartAsync(store, cancellationToken);
        using var sql = new SqlCounter();
        var search = app.Get<TraceSearch>();
        var reader = app.Get<TraceReader>();
        var client = new LoadClient(app.Address, null, options.Connections, options.Batch);
        var small = await client.SendTraceAsync(50, cancellationToken);
        var large = await client.SendTraceAsync(10_000, cancellationToken);

        await store.RolledUpAsync(cancellationToken); // else its commands are counted as the pages'
        var page = await search.SearchAsync(DefaultProject.Id, new TraceFilter(), TraceOrder.NewestFirst, null, PageSize, cancellationToken);
        await MeasureAsync("first page", 200, () => ListAsync(new TraceFilter()));
        await MeasureAsync("first page, failed", 50, () => ListAsync(new TraceFilter { Status = TraceStatusFilter.Error }));
        await MeasureAsync("first page, one model", 50, () => ListAsync(new TraceFilter { Model = "gpt-4o" }));
        await MeasureAsync("first page, one user", 50, () => ListAsync(new TraceFilter { UserId = "u_77" }));
        await MeasureAsync("first page, free text", 50, () => ListAsync(new TraceFilter { Text = "invoice" }));
        await MeasureAsync("first page, text not there", 5, () => ListAsync(new TraceFilter { Text = "nothing holds this" }));
        await MeasureAsync("second page", 50, () => search.SearchAsync(DefaultProject.Id, new TraceFilter(), TraceOrder.NewestFirst, page.NextCursor, PageSize, cancellationToken));
        await MeasureAsync("count", 20, () => search.CountAsync(DefaultProject.Id, new TraceFilter(), cancellationToken));
        await MeasureAsync("trace of 50 spans", 200, () => OpenAsync(small));
        await MeasureAsync("trace of 10 000 spans", 20, () => OpenAsync(large));

        Task<TracePage> ListAsync(TraceFilter filter) => search.SearchAsync(DefaultProject.Id, filter, TraceOrder.NewestFirst, null, PageSize, cancellationToken);

        async Task<TraceTree> OpenAsync(string traceId)
        {
            var trace = await reader.GetTraceAsync(DefaultProject.Id, traceId, cancellationToken);
            var spans = await reader.GetSpansAsync(DefaultProject.Id, traceId, cancellationToken);
            return trace is null || spans is null ? throw new InvalidOperationException($"Trace {traceId} is not there.") : TraceTree.Build(spans.Spans);
        }

        async Task MeasureAsync<T>(string name, int times, Func<Task<T>> query)
        {
            var latency = new LatencySample();
            await query();
            var before = sql.Count;
            for (var i = 0; i < times; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await query();
                latency.Add(Stopwatch.GetElapsedTime(started));
            }

            Report.Line($"  {name,-27}{latency.Milliseconds(0.5),9:N2} ms p50 {latency.Milliseconds(0.95),9:N2} ms p95 {(sql.Count - before) / (double)times,5:N1} SQL commands");
        }
    }
}
