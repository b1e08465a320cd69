using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Deletion;

/// <summary>Deleting traces over HTTP.</summary>
public static class DeletionEndpoints
{
    public static void MapDeletion(this IEndpointRouteBuilder app)
    {
        app.MapDelete("/api/traces/{traceId}", DeleteTraceAsync)
            .RequireApiKey(ApiKeyScopes.All)
            .WithTags("Traces")
            .WithName("deleteTrace")
            .WithSummary("Delete a trace")
            .WithDescription("Deletes the trace with all of its spans, for good: what its senders still send of it is answered with success and dropped.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);

        app.MapDelete("/api/sessions/{sessionId}", DeleteSessionAsync)
            .RequireApiKey(ApiKeyScopes.All)
            .WithTags("Traces")
            .WithName("deleteSession")
            .WithSummary("Delete a session")
            .WithDescription("Deletes the traces that the session has now, as by deleting each of them. A trace of the session that begins later is a new one.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> DeleteTraceAsync(
        HttpContext context, TraceDeletion deletion, [Description("Id of the trace.")] string traceId, CancellationToken cancellationToken) =>
        await deletion.DeleteTraceAsync(context.GetProjectId(), RoutePath.Id(context), cancellationToken) ? TypedResults.NoContent() : NotFoundProblem.Result("There is no such trace.");

    private static async Task<IResult> DeleteSessionAsync(
        HttpContext context, TraceDeletion deletion, [Description("Id of the session.")] string sessionId, CancellationToken cancellationToken) =>
        await deletion.DeleteSessionAsync(context.GetProjectId(), RoutePath.Id(context), cancellationToken) > 0 ? TypedResults.NoContent() : NotFoundProblem.Result("There is no such session.");
}
