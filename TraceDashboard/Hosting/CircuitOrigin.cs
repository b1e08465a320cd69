using TraceDashboard.Core.Access;

namespace TraceDashboard.Hosting;

/// <summary>
/// Circuits are for the app's own pages: over one, all can be done that the pages can do, and browsers let pages of any origin open a
/// WebSocket to any other.
/// </summary>
internal static partial class CircuitOrigin
{
    public static void UseCircuitsOfOwnOrigin(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments("/_blazor") || LocalCalls.IsOfOwnOrigin(request))
            return next(context);
        LogRefused(app.Logger, request.Headers.Origin.ToString(), request.Host.Value ?? "");
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("Pages of another origin may not open a connection here.", context.RequestAborted);
    });

    [LoggerMessage(1, LogLevel.Warning, "Refused the connection of a page of {Origin} to {Host}. If that is the app's own page, its proxy must pass the Host header on as it came, " +
        "or say it in X-Forwarded-Host and be one of Hosting:KnownProxies.", EventName = "CircuitRefused")]
    private static partial void LogRefused(ILogger logger, string origin, string host);
}
