using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Access;

namespace TraceDashboard.Core.Ingestion.Langfuse;

/// <summary>Langfuse's public API, as its SDKs call it: they need only another base URL and other keys.</summary>
public static class LangfuseEndpoints
{
    public static IServiceCollection AddLangfuse(this IServiceCollection services) => services.AddSingleton<LangfuseIngest>();

    public static void MapLangfuse(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/public").RequireApiKey(ApiKeyScopes.Ingest).WithMetadata(new AccessErrorWriter(LangfuseResult.WriteFailureAsync)).ExcludeFromDescription();
        api.MapPost("/ingestion", static (HttpContext context, LangfuseIngest ingest) => ingest.IngestAsync(context));
    }
}
