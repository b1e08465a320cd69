using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TraceDashboard.Core.Api;

internal static class JsonEndpoints
{
    /// <summary>Bodies must say that they are JSON: any page can have a browser send one of another type, or of none, without asking.</summary>
    public static TBuilder TakesJson<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter(static (call, next) =>
            call.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } || call.HttpContext.Request.HasJsonContentType()
                ? next(call)
                : throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON. Send it with 'Content-Type: application/json'."));
}
