using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Notes of each request, before anything else sees it, whether its connection comes from this machine and nobody has passed it on:
/// middleware that believes forwarding headers puts what they say in the place of the connection's address, and takes them away.
/// </summary>
internal sealed class DirectCalls(IOptions<KeylessOptions> keyless) : IStartupFilter
{
    private static readonly Mark s_mark = new();

    public static bool IsDirect(HttpContext context) => context.Features.Get<Mark>() is not null;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (keyless.Value.Allowed)
        {
            app.Use(static (context, rest) =>
            {
                if (IsLoopback(context.Connection.RemoteIpAddress) && !WasForwarded(context.Request.Headers))
                    context.Features.Set(s_mark);
                return rest(context);
            });
        }

        next(app);
    };

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool WasForwarded(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || name.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Via", StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private sealed class Mark;
}
