using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

[CollectionDefinition(Name)]
public sealed class TracePageCollection : ICollectionFixture<TracePageFixture>
{
    public const string Name = "Trace page";
}

/// <summary>One app with the traces that the tests of the trace page open.</summary>
public sealed class TracePageFixture : IAsyncLifetime
{
    public TestApp App { get; private set; } = null!;

    internal IngestionPipeline Pipeline => App.Services.GetRequiredService<IngestionPipeline>();

    public async ValueTask InitializeAsync()
    {
        App = await TestApp.StartAsync();
        var now = TimeProvider.System.GetUnixNanos();
        foreach (var part in SampleTraces.Long("long", 10_000, now - SampleTraces.Ms(200_000)).Chunk(1_000))
            await Pipeline.WriteAsync(part);
        var (spans, trace) = SampleTraces.RefundAgent("done", now, live: false);
        await Pipeline.WriteAsync(spans, trace);

        // The first of each query is compiled: that is not what the tests wait for.
        var reader = App.Get<TraceReader>();
        await reader.GetTraceAsync(SampleTraces.Project, "done", CancellationToken.None);
        await reader.GetSpansAsync(SampleTraces.Project, "done", CancellationToken.None);
        await reader.GetSpanAsync(SampleTraces.Project, "done", "c5", 1_000, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
