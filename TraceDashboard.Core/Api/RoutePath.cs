using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Api;

internal static class RoutePath
{
    /// <summary>
    /// The id in <c>/api/traces/{traceId}/…</c> and every other route with one parameter, decoded once from what was sent: the server
    /// leaves an encoded slash encoded, so that the decoded path no longer tells <c>%2F</c> from <c>%252F</c>. It is found from the end of
    /// the path, because before it may stand what a proxy has put there.
    /// </summary>
    public static string Id(HttpContext context)
    {
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        var query = path.IndexOf('?');
        path = (query < 0 ? path : path[..query]).TrimEnd('/');
        var pattern = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.PathSegments;
        for (var i = pattern.Count - 1; pattern[i].Parts is not [{ IsParameter: true }]; i--)
            path = path[..path.LastIndexOf('/')];
        return StorableText.Shorten(Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..].ToString()), Ids.MaxLength + 1);
    }
}
