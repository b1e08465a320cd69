using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Hosting;

namespace TraceDashboard.Benchmarks.Hosts;

/// <summary>The app in this process, for measurements that need its services; stopped when disposed.</summary>
internal sealed class HostedApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HostedApp(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="store">What it writes to.</param>
    /// <param name="cancellationToken">Stops waiting for the start.</param>
    /// <param name="time">Its clock; null for that of the machine.</param>
    /// <param name="more">More settings, as <c>key=value</c>.</param>
    public static async Task<HostedApp> StartAsync(BenchStore store, CancellationToken cancellationToken, TimeProvider? time = null, params string[] more)
    {
        string[] settings =
        [
            "environment=Production", "urls=http://127.0.0.1:0", "Otlp:HttpEndpoint=", "Otlp:GrpcEndpoint=", "Ingestion:AllowAnonymous=true",
            "Logging:LogLevel:Default=Warning", .. store.Settings, .. more,
        ];
        var app = TraceDashboard.Program.Build([.. settings.Select(s => "--" + s)], builder => builder.Services.AddSingleton(time ?? TimeProvider.System));
        try
        {
            await app.PrepareAsync(cancellationToken);
            await app.StartAsync(cancellationToken);
            return new HostedApp(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
