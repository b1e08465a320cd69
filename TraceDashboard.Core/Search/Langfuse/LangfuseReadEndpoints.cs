using System.Data.Common;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Ingestion.Langfuse;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Search.Langfuse;

/// <summary>Langfuse's public API but for its ingestion: what it reads, scores and deletes.</summary>
public static class LangfuseReadEndpoints
{
    public static IServiceCollection AddLangfuseReads(this IServiceCollection services) => services.AddSingleton<LangfuseReader>();

    public static void MapLangfuseReads(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/public").RequireApiKey(ApiKeyScopes.Read).WithMetadata(new AccessErrorWriter(LangfuseResult.WriteFailureAsync)).ExcludeFromDescription();
        api.MapLangfuseScores();
        api.MapLangfuseTraces();
        api.MapLangfuseDeletion();
        app.MapGet("/api/public/health", HealthAsync).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Needs no key. With <c>failIfDatabaseUnavailable=true</c> it is 503 while the store cannot be read.</summary>
    private static async Task<IResult> HealthAsync(TraceStore store, HttpContext context, string? failIfDatabaseUnavailable)
    {
        if (failIfDatabaseUnavailable == "true")
        {
            try
            {
                await store.ReadAsync((db, ct) => db.Projects.AnyAsync(ct), context.RequestAborted);
            }
            catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
            {
                return LangfuseResult.Failure(StatusCodes.Status503ServiceUnavailable, "The store cannot be reached.");
            }
        }

        return TypedResults.Json(new JsonObject
        {
            ["status"] = "OK",
            ["version"] = typeof(LangfuseReadEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0],
        });
    }
}
