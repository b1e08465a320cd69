using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Ingestion.Langfuse;

namespace TraceDashboard.Core.Search.Langfuse;

/// <summary>What Langfuse's public API reads.</summary>
public static class LangfuseReadEndpoints
{
    public static void MapLangfuseReads(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/public").RequireApiKey().WithMetadata(new AccessErrorWriter(LangfuseResult.WriteFailureAsync)).ExcludeFromDescription();
        api.MapLangfuseScores();
    }
}
