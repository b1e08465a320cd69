using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Langfuse's public API, as its SDKs call it: they need only another base URL and other keys.</summary>
public static class LangfuseEndpoints
{
    public static IServiceCollection AddLangfuse(this IServiceCollection services) => services.AddSingleton<LangfuseIngest>().AddSingleton<LangfuseReader>();

    public static void MapLangfuse(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/public").RequireApiKey(ApiKeyScopes.Read).WithMetadata(new AccessErrorWriter(LangfuseResult.WriteFailureAsync)).TakesJson().ExcludeFromDescription();
        api.MapPost("/ingestion", static (HttpContext context, LangfuseIngest ingest) => ingest.IngestAsync(context))
            .RequireApiKey(ApiKeyScopes.Ingest).WithMetadata(new TakesPublicKey()).TakesOtherOrigins();
        api.MapLangfuseScores();
        api.MapLangfuseTraces();
        api.MapLangfuseDeletion();
        app.MapLangfuseMedia();
        app.MapGet("/api/public/health", HealthAsync).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Needs no key. With <c>failIfDatabaseUnavailable=true</c> it is 503 while the store cannot be read or written.</summary>
    private static async Task<IResult> HealthAsync(StoreHealth health, HttpContext context, string? failIfDatabaseUnavailable)
    {
        if (failIfDatabaseUnavailable == "true" && await health.FindFaultAsync(context.RequestAborted) is { } fault)
            return LangfuseResult.Failure(StatusCodes.Status503ServiceUnavailable, StoreErrors.Describe(fault));
        return TypedResults.Json(new JsonObject
        {
            ["status"] = "OK",
            ["version"] = typeof(LangfuseEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0],
        });
    }
}
