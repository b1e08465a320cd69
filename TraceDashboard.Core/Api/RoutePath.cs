using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Api;

internal static class RoutePath
{
    /// <summary>Longest id that can be stored.</summary>
    public const int MaxIdLength = 200;

    /// <summary>
    /// The id in <c>/api/traces/{traceId}/…</c> or <c>/api/sessions/{sessionId}</c>, decoded once from what was sent: the server leaves
    /// an encoded slash encoded, so that the decoded path no longer tells <c>%2F</c> from <c>%252F</c>.
    /// </summary>
    public static string Id(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.AsSpan(target.StartsWith('/') ? 0 : Math.Max(0, target.IndexOf('/', target.IndexOf("//", StringComparison.Ordinal) + 2)));
        var query = path.IndexOf('?');
        path = (query < 0 ? path : path[..query])[(context.Request.PathBase.Value?.Length ?? 0)..];
        Span<Range> segments = stackalloc Range[6];
        var count = path.Split(segments, '/');
        return count > 3 ? StorableText.Shorten(Uri.UnescapeDataString(path[segments[3]].ToString()), MaxIdLength + 1) : "";
    }
}
