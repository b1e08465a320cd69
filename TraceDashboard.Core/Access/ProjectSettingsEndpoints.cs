using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Access;

/// <summary>What a project keeps, over HTTP.</summary>
public static class ProjectSettingsEndpoints
{
    /// <summary>All rules of redaction at their longest, written in escapes.</summary>
    private const int MaxBytes = 256 << 10;

    public static void MapProjectSettings(this IEndpointRouteBuilder app)
    {
        var settings = app.MapGroup("/api/project").WithTags("Project").TakesJson();

        settings.MapGet("/settings", GetAsync)
            .RequireApiKey(ApiKeyScopes.Read)
            .WithName("getProjectSettings")
            .WithSummary("Read the settings")
            .WithDescription("What the project keeps of what it is sent, and for how long.")
            .WithMetadata(ProjectSettingsExamples.Get)
            .Produces<ProjectSettingsDocument>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        settings.MapPut("/settings", PutAsync)
            .RequireApiKey(ApiKeyScopes.All)
            .WithName("putProjectSettings")
            .WithSummary("Change the settings")
            .WithDescription(
                "Replaces the settings as a whole: send what GET answers, with your change in it. They hold at once for what arrives from then on; where several " +
                "processes share a database, in the others within a second. What is stored already stays as it is, until it is too old.")
            .Accepts<ProjectSettingsDocument>("application/json")
            .WithMetadata(ProjectSettingsExamples.Put)
            .Produces<ProjectSettingsDocument>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    private static async Task<IResult> GetAsync(HttpContext context, ProjectSettingsStore store, CancellationToken cancellationToken) =>
        Answer(await store.GetAsync(context.GetProjectId(), cancellationToken));

    private static async Task<IResult> PutAsync(HttpContext context, ProjectSettingsStore store, CancellationToken cancellationToken)
    {
        var (document, problem) = await JsonBody.ReadAsync(context, ProjectSettingsJson.Default.ProjectSettingsDocument, MaxBytes);
        if (document is null)
            return problem!;
        var errors = new ApiErrors();
        var settings = ProjectSettingsReader.Read(document, errors);
        if (errors.Any)
            return errors.ToResult();
        await store.SaveAsync(context.GetProjectId(), settings, cancellationToken);
        return Answer(settings);
    }

    private static JsonHttpResult<ProjectSettingsDocument> Answer(ProjectSettings settings) =>
        TypedResults.Json(ProjectSettingsDocument.Of(settings), ProjectSettingsJson.Default.ProjectSettingsDocument);
}
