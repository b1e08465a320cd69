using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Deleting traces in Langfuse's API. Langfuse does it some time after its answer, here it is done with it.</summary>
internal static class LangfuseDeletionEndpoints
{
    /// <summary>As many as Langfuse takes.</summary>
    private const int MaxTraces = 1_000;

    /// <summary>So many ids, written in escapes.</summary>
    private const int MaxBytes = 4 << 20;

    public static void MapLangfuseDeletion(this IEndpointRouteBuilder api)
    {
        api.MapDelete("/traces/{traceId}", DeleteTraceAsync).RequireApiKey(ApiKeyScopes.All);
        api.MapDelete("/traces", DeleteTracesAsync).RequireApiKey(ApiKeyScopes.All);
    }

    private static async Task<IResult> DeleteTraceAsync(HttpContext context, TraceDeletion deletion) =>
        await deletion.DeleteTraceAsync(context.GetProjectId(), RoutePath.Id(context), context.RequestAborted)
            ? Done("Trace deleted successfully")
            : LangfuseResult.Failure(StatusCodes.Status404NotFound, "There is no such trace in this project.");

    /// <summary>Ids of no trace are passed over: whoever sends the list again gets the same answer.</summary>
    private static async Task<IResult> DeleteTracesAsync(HttpContext context, TraceDeletion deletion)
    {
        if (await JsonBody.ReadObjectAsync(context, MaxBytes, ReadIds) is not { } traceIds)
            return LangfuseResult.Invalid($"traceIds must be an array of 1 to {MaxTraces} texts, each of which {Ids.Rule}.");
        foreach (var traceId in traceIds)
            await deletion.DeleteTraceAsync(context.GetProjectId(), traceId, context.RequestAborted);
        return Done("Traces deleted successfully");
    }

    private static string[]? ReadIds(JsonElement body) =>
        body.TryGetProperty("traceIds", out var ids) && ids.ValueKind == JsonValueKind.Array && ids.GetArrayLength() is > 0 and <= MaxTraces
        && ids.EnumerateArray().All(id => id.ValueKind == JsonValueKind.String && Ids.IsValid(id.GetString()!))
            ? [.. ids.EnumerateArray().Select(id => id.GetString()!)]
            : null;

    private static JsonHttpResult<JsonObject> Done(string message) => TypedResults.Json(new JsonObject { ["message"] = message });
}
