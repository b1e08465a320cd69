using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;

namespace TraceDashboard.Hosting;

/// <summary>Marks connections of a dedicated OTLP listener.</summary>
/// <param name="Transport">The endpoints that it answers.</param>
/// <param name="Hint">For those who ask for anything else.</param>
internal sealed record OtlpListenerFeature(OtlpTransport Transport, string Hint)
{
    public static OtlpListenerFeature Http { get; } = new(OtlpTransport.Http, "This port takes OTLP only: POST /v1/traces, /v1/logs or /v1/metrics.");

    public static OtlpListenerFeature Grpc { get; } = new(OtlpTransport.Grpc, "This port takes OTLP/gRPC only.");
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

    /// <summary>The address of a span has two ids in it, which may have 3 600 characters each when they are escaped.</summary>
    private const int LongestRequestLine = 16 << 10;

    /// <summary>The app's addresses and the dedicated OTLP listeners.</summary>
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
        kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
        app.CutConnectionsAfterDrain(kestrel);
        kestrel.Limits.MaxRequestBodySize = app.Services.GetRequiredService<IOptions<IngestionOptions>>().Value.MaxBodyBytes + ReadBeyondLimit;

        LoadEndpoints(kestrel);
        foreach (var url in listeners.Urls)
            Listen(kestrel, url, static _ => { });

        if (listeners.OtlpHttp is { } http)
        {
            if (listeners.OtlpHttpIsDefault && PortProbe.Fault(http) is not null)
                LogOtlpHttpPortBusy(app.Logger, http.ToString());
            else
                Listen(kestrel, http, static options => Mark(options, OtlpListenerFeature.Http));
        }

        if (listeners.OtlpGrpc is { } grpc)
        {
            if (listeners.OtlpGrpcIsDefault && PortProbe.Fault(grpc) is not null)
            {
                LogOtlpGrpcPortBusy(app.Logger, grpc.ToString());
            }
            else
            {
                // Without TLS nothing tells HTTP/2 from HTTP/1.1 before the first byte.
                Listen(kestrel, grpc, static options =>
                {
                    options.Protocols = HttpProtocols.Http2;
                    Mark(options, OtlpListenerFeature.Grpc);
                });
            }
        }
    }

    /// <summary>On an OTLP listener only OTLP answers, not even a page that says so: it may be open to networks that must not see pages. After routing.</summary>
    public static void UseOtlpListenerGuard(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.Get<OtlpListenerFeature>() is not { } listener || context.GetEndpoint()?.Metadata.GetMetadata<OtlpEndpoint>()?.Transport == listener.Transport)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync(listener.Hint, context.RequestAborted);
    });

    /// <summary>Has the server read its section now: the start of the host would log what is wrong in it as a crash.</summary>
    private static void LoadEndpoints(KestrelServerOptions kestrel)
    {
        try
        {
            kestrel.ConfigurationLoader?.Load();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartException($"The section Kestrel has an error: {e.Message}", e);
        }
    }

    private static void Mark(ListenOptions options, OtlpListenerFeature feature) => options.Use(next => connection =>
    {
        connection.Features.Set(feature);
        return next(connection);
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
            if (!address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
                return;
            try
            {
                options.UseHttps();
            }
            catch (InvalidOperationException e)
            {
                throw new StartException($"{address} has no certificate: {e.Message}", e);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The port of {Address}, the default for OTLP/HTTP, is in use, so nothing listens there. " +
        "OTLP is taken under /v1/traces of the app's own address as well. Set Otlp:HttpEndpoint to another address, or to empty to silence this.")]
    private static partial void LogOtlpHttpPortBusy(ILogger logger, string address);

    [LoggerMessage(2, LogLevel.Warning, "The port of {Address}, the default for OTLP/gRPC, is in use, so nothing listens there. " +
        "Set Otlp:GrpcEndpoint to another address, or to empty to silence this.")]
    private static partial void LogOtlpGrpcPortBusy(ILogger logger, string address);
}
