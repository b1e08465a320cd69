using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Ingestion;

namespace TraceDashboard.Hosting;

/// <summary>
/// How long a stopping server waits for those that it is talking to. Connections are cut when <see cref="IngestionOptions.DrainTimeout"/> is over: left
/// to the host, a single upload that stands still would take all of its time, and none would be left to write what is in.
/// </summary>
internal static class Drain
{
    /// <summary>What the rest of the services may take.</summary>
    private static readonly TimeSpan s_others = TimeSpan.FromSeconds(10);

    /// <summary>To be called before anything is listened on.</summary>
    public static void CutConnectionsAfterDrain(this WebApplication app, KestrelServerOptions kestrel)
    {
        var timeout = app.Services.GetRequiredService<IOptions<IngestionOptions>>().Value.DrainTimeout;

        // Once for the connections, and once for what they brought.
        app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout = (2 * timeout) + s_others;
        var over = new CancellationTokenSource();
        app.Lifetime.ApplicationStopping.Register(() => over.CancelAfter(timeout));
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => async connection =>
        {
            await using (over.Token.Register(connection.Abort))
                await next(connection);
        }));
    }
}
