using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Scores in Langfuse's API.</summary>
internal static class LangfuseScoreEndpoints
{
    /// <summary>A score is a few hundred bytes; its comment and metadata may be longer.</summary>
    private const long MaxBodyBytes = 1 << 20;

    public static void MapLangfuseScores(this IEndpointRouteBuilder api)
    {
        foreach (var path in new[] { "/scores", "/v2/scores" })
        {
            api.MapGet(path, ListAsync);
            api.MapGet(path + "/{scoreId}", GetAsync);
        }

        api.MapPost("/scores", CreateAsync).RequireApiKey(ApiKeyScopes.Ingest).WithMetadata(new TakesPublicKey()).TakesOtherOrigins();
        api.MapDelete("/scores/{scoreId}", DeleteAsync).RequireApiKey(ApiKeyScopes.All);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ScoreReader scores)
    {
        var query = new LangfuseQuery(context.Request.Query);
        var (page, limit) = (query.Page, query.Limit());
        var filter = new ScoreFilter
        {
            Ids = query.List("scoreIds"),
            TraceId = query.Text("traceId"),
            SpanIds = query.List("observationId"),
            SessionId = query.Text("sessionId"),
            Name = query.Text("name"),
            UserId = query.Text("userId"),
            TraceTags = query.List("traceTags"),
            Environments = query.Texts("environment"),
            ConfigId = query.Text("configId"),
            Source = query.Word<ScoreSource>("source", LangfuseScores.SourceOf, "API, EVAL or ANNOTATION"),
            DataType = query.Word<ScoreDataType>("dataType", LangfuseScores.TypeOf, "NUMERIC, BOOLEAN, CATEGORICAL or TEXT"),
            From = query.Time("fromTimestamp"),
            To = query.Time("toTimestamp"),
            Operator = query.Text("operator"),
            Value = query.Double("value"),
        };
        if (filter.Operator is not (null or "<" or "<=" or ">" or ">=" or "=" or "!="))
            query.Errors.Add("operator must be <, <=, >, >=, = or !=.");
        if (query.Errors.Count > 0)
            return LangfuseResult.Invalid([.. query.Errors]);
        var (items, total) = await scores.ListAsync(context.GetProjectId(), filter, (page - 1) * limit, limit, context.RequestAborted);
        return TypedResults.Json(LangfuseJson.Page(items.Select(LangfuseJson.Score), page, limit, total));
    }

    private static async Task<IResult> GetAsync(HttpContext context, ScoreReader scores) =>
        await scores.GetAsync(context.GetProjectId(), RoutePath.Id(context), context.RequestAborted) is { } score
            ? TypedResults.Json(LangfuseJson.Score(score))
            : NotFound();

    private static async Task<IResult> CreateAsync(HttpContext context, IngestionPipeline pipeline, IOptions<IngestionOptions> options, TimeProvider time)
    {
        using var body = await RequestBody.ReadAsync(context, MaxBodyBytes);
        if (!Utf8.IsValid(body.Memory.Span))
            return LangfuseResult.Invalid("The body is not UTF-8.");
        var errors = new List<string>();
        var projectId = context.GetProjectId();
        Score? score;
        try
        {
            if (JsonSlice.Parse(body.Memory[..JsonEscapes.Clean(body.Memory.Span)]) is not { ValueKind: JsonValueKind.Object } json)
                return LangfuseResult.Invalid("The body must be a JSON object.");
            score = LangfuseScores.Map(projectId, json, "", Guid.NewGuid().ToString(), time.GetUnixNanos(), options.Value, errors);
        }
        catch (JsonException e)
        {
            return LangfuseResult.Invalid($"The body is not valid JSON: {e.Message}");
        }

        if (score is null)
            return LangfuseResult.Invalid([.. errors]);
        var result = await pipeline.WriteAsync(new IngestBatch(projectId, [], []) { Scores = [score] }, context.RequestAborted);
        return result.RejectedScores is [var rejected, ..]
            ? LangfuseResult.Invalid(rejected.Reason)
            : TypedResults.Json(new JsonObject { ["id"] = score.Id });
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, TraceDeletion deletion) =>
        await deletion.DeleteScoreAsync(context.GetProjectId(), RoutePath.Id(context), context.RequestAborted)
            ? TypedResults.Json(new JsonObject { ["message"] = "The score was deleted." }, statusCode: StatusCodes.Status202Accepted)
            : NotFound();

    private static LangfuseResult NotFound() => LangfuseResult.Failure(StatusCodes.Status404NotFound, "There is no such score in this project.");
}
