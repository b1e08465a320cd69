using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Browser;

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
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
