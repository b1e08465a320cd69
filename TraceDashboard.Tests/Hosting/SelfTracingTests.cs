using System.Net;
using System.Net.Sockets;
using OpenTelemetry.Trace;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Hosting;

/// <summary>ASP.NET Core's requests are one source for the whole process: other apps in it would be traced too.</summary>
[CollectionDefinition(nameof(SelfTracingTests), DisableParallelization = true)]
[Collection(nameof(SelfTracingTests))]
public sealed class SelfTracingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task App_traces_its_readers_into_itself_without_tracing_that()
    {
        var address = $"http://127.0.0.1:{FreePort()}";
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["urls"] = address, ["SelfTracing:Endpoint"] = address },
        });
        var traces = app.Get<TracerProvider>();

        using (await app.Client.GetAsync("/api/traces/search", Cancel))
        using (await app.Client.GetAsync("/api/traces/search?limit=5", Cancel))
            Assert.True(await Task.Run(() => traces.ForceFlush(), Cancel));
        var first = await CountAsync(app);
        Assert.True(await Task.Run(() => traces.ForceFlush(), Cancel));

        Assert.Equal(2, first);
        Assert.Equal(2, await CountAsync(app));
    }

    private static async Task<int> CountAsync(TestApp app) => (await app.Get<TraceSearch>().CountAsync(DefaultProject.Id, new TraceFilter(), Cancel)).Count;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
