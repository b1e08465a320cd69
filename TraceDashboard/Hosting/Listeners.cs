using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Ingestion;

namespace TraceDashboard.Hosting;

/// <summary>Marks connections of the dedicated OTLP listener.</summary>
internal sealed class OtlpListenerFeature
{
    public static OtlpListenerFeature Instance { get; } = new();
}

/// <summary>
/// Listens in code, because the OTLP connections must be told apart; that makes Kestrel ignore the configured addresses,
/// so they are listened on here as well.
/// </summary>
internal static partial class Listeners
{
    /// <summary>
    /// Endpoints refuse bodies over their limit themselves; the server then reads the rest, so that the sender gets to see
    /// the answer. Past its own limit it closes the connection, which a sender in the middle of sending sees as a reset.
    /// </summary>
    private const long ReadBeyondLimit = 64 << 20;

    /// <summary>The app's addresses and the dedicated OTLP/HTTP listener.</summary>
    public static void AddListeners(this WebApplicationBuilder builder)
    {
        var setup = new ListenerOptionsSetup(builder.Configuration);
        builder.Services.AddSingleton<IConfigureOptions<ListenerOptions>>(setup);
        builder.Services.AddSingleton<IValidateOptions<ListenerOptions>>(setup);
        builder.Services.AddOptions<ListenerOptions>().ValidateOnStart();

        // Kestrel warns when it finds addresses beside listeners. A list without entries, unlike an empty text, also keeps
        // the host from falling back to what the environment says.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, ";");
    }

    /// <summary>
    /// Checks all options, then says where to listen. Not earlier: building the app creates the server and its options, and
    /// what is wrong with any option must be told together with the rest.
    /// </summary>
    /// <exception cref="OptionsValidationException">One section has errors; an <see cref="AggregateException"/> of these when more do.</exception>
    public static void CheckOptionsAndListen(this WebApplication app)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate();

        var listeners = app.Services.GetRequiredService<IOptions<ListenerOptions>>().Value;
        var kestrel = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = app.Services.GetRequiredService<IOptions<IngestionOptions>>().Value.MaxBodyBytes + ReadBeyondLimit;

        foreach (var url in listeners.Urls)
            Listen(kestrel, url, static _ => { });

        if (listeners.OtlpHttp is { } otlp)
        {
            if (listeners.OtlpHttpIsDefault && PortProbe.IsBusy(otlp))
                LogOtlpPortBusy(app.Logger, otlp.ToString());
            else
                Listen(kestrel, otlp, static options => options.Use(next => connection =>
                {
                    connection.Features.Set(OtlpListenerFeature.Instance);
                    return next(connection);
                }));
        }
    }

    /// <summary>On the OTLP listener only OTLP answers: it may be open to networks that must not see pages.</summary>
    public static void UseOtlpListenerGuard(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.Get<OtlpListenerFeature>() is null || context.Request.Path.StartsWithSegments("/v1"))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("This port takes OTLP under /v1/traces only.", context.RequestAborted);
    });

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address, Action<ListenOptions> configure)
    {
        if (address.IsUnixPipe)
            kestrel.ListenUnixSocket(address.UnixPipePath, Configure);
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            kestrel.ListenLocalhost(address.Port, Configure);
        else if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            kestrel.Listen(ip, address.Port, Configure);
        else
            kestrel.ListenAnyIP(address.Port, Configure);

        void Configure(ListenOptions options)
        {
            configure(options);
            if (address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
                options.UseHttps();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The port of {Address}, the default for OTLP/HTTP, is in use, so nothing listens there. " +
        "OTLP is taken under /v1/traces of the app's own address as well. Set Otlp:HttpEndpoint to another address, or to empty to silence this.")]
    private static partial void LogOtlpPortBusy(ILogger logger, string address);
}
