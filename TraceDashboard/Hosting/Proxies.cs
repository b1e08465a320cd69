using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Hosting;

/// <summary>What lies between the app and its callers: proxies that are believed, and the path that the app is served under.</summary>
internal static class Proxies
{
    public static void AddProxies(this IServiceCollection services) => services.AddOptionsSection<HostingOptions>(HostingOptions.Section, HostingOptions.Check);

    /// <summary>
    /// To come first. From a known proxy it takes scheme, host, path base and the caller's address. The options are read when the app
    /// starts, once all options were checked.
    /// </summary>
    public static void UseProxies(this WebApplication app) => app.Use(next =>
    {
        var options = app.Services.GetRequiredService<IOptions<HostingOptions>>().Value;
        if (options.Proxies is not { Count: > 0 } proxies)
            return Handle;
        var believed = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedPrefix,
            ForwardLimit = null, // as far as the proxies are known
        };
        believed.KnownProxies.Clear();
        believed.KnownIPNetworks.Clear(); // the framework's own are this machine
        foreach (var proxy in proxies)
            believed.KnownIPNetworks.Add(proxy);
        return new ForwardedHeadersMiddleware(Handle, app.Services.GetRequiredService<ILoggerFactory>(), Options.Create(believed)).Invoke;

        Task Handle(HttpContext context)
        {
            SetPathBase(context.Request, options.PathBase);
            return next(context);
        }
    });

    private static void SetPathBase(HttpRequest request, string? configured)
    {
        // A proxy that says one has taken it off the path. It may only pass on what a client has told it: what is no path is nothing.
        var said = request.PathBase.Value?.TrimEnd('/') ?? "";
        if (HostingOptions.IsPathBase(said))
            request.PathBase = said;
        else if (string.IsNullOrEmpty(configured))
            request.PathBase = PathString.Empty;
        else if (request.Path.StartsWithSegments(configured, StringComparison.OrdinalIgnoreCase, out var matched, out var rest))
            (request.PathBase, request.Path) = (matched, rest);
        else
            request.PathBase = configured; // the proxy has taken it off and does not say so
    }
}
