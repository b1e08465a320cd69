using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace TraceDashboard.Core.Access;

/// <summary>
/// Which calls are those of programs on this machine, or of the app's own pages. That a connection comes from loopback does not say so:
/// a proxy on this machine speaks for others, and a page of any site can have its reader's browser call a name that the site lets
/// resolve to 127.0.0.1, or send what a browser sends without asking.
/// </summary>
public static class LocalCalls
{
    /// <summary>Whether a host, as in the Host header and without its port, can be no other machine.</summary>
    public static bool IsLocalHost(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host == "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
            return true;

        // Only as it is usually written: 2130706433 and 0x7f.1 are 127.0.0.1 to some, and names to others.
        return IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(address) && address.ToString() == host;
    }

    /// <summary>Whether the page that calls is of the host and port that it calls. What has no page, a program, is of no other origin.</summary>
    public static bool IsOfOwnOrigin(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Headers.Origin.Count == 0)
            return true;

        // The scheme does not count: behind a proxy that ends TLS the page has another one.
        var origin = request.Headers.Origin.ToString();
        var end = origin.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && origin.AsSpan(end + 3).Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a call that has no key may do without.</summary>
    internal static bool IsLocal(HttpContext context) =>
        DirectCalls.IsDirect(context)
        && IsLocalHost(context.Request.Host.Host)
        && IsOfOwnOrigin(context.Request)
        && context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin";
}
