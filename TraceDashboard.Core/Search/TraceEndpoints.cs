using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Search;

/// <summary>Reading traces over HTTP.</summary>
public static class TraceEndpoints
{
    private const int DefaultLimit = 50;
    private const int SpanPage = 1_000;

    private static readonly string[] Parameters = ["from", "to", "status", "model", "userId", "sessionId", "environment", "name", "score", "q", "limit", "cursor"];

    public static void MapTraces(this IEndpointRouteBuilder app)
    {
        var traces = app.MapGroup("/api/traces").WithTags("Traces").RequireApiKey(ApiKeyScopes.Read);

        traces.MapGet("/{traceId}", GetAsync)
            .WithName("getTrace")
            .WithSummary("Read a trace")
            .WithDescription("The trace with its spans and their contents, 1000 spans at a time. A trace of another project answers exactly like one that does not exist.")
            .WithMetadata(TraceExamples.Get)
            .Produces<TraceResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);

        traces.MapGet("/search", SearchAsync)
            .WithName("searchTraces")
            .WithSummary("Search traces")
            .WithDescription("Traces that meet all conditions, newest first. Pages are read with the cursor of the page before; new traces do not shift them.")
            .WithMetadata(TraceExamples.Search)
            .Produces<TraceListResponse>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
    }

    private static async Task<IResult> GetAsync(
        HttpContext context,
        TraceReader reader,
        TraceSearch search,
        [Description("Id of the trace.")] string traceId,
        [Description("nextSpanCursor of the answer before.")] string? spanCursor,
        CancellationToken cancellationToken)
    {
        var projectId = context.GetProjectId();
        traceId = RoutePath.Id(context);
        if (await reader.GetTraceAsync(projectId, traceId, cancellationToken) is not { } trace)
            return NotFoundProblem.Result("There is no such trace.");
        var spans = await reader.GetSpanPageAsync(projectId, traceId, spanCursor, SpanPage + 1, cancellationToken);
        var next = spans.Count > SpanPage ? spans[SpanPage - 1].Facts.SpanId : null;
        var scores = await search.ScoresOfAsync(projectId, traceId, cancellationToken);
        return TypedResults.Json(trace.ToResponse([.. spans.Take(SpanPage)], next, scores), TraceJson.Default.TraceResponse);
    }

    private static async Task<IResult> SearchAsync(
        HttpContext context,
        TraceSearch search,
        [Description("Traces that started at this time or later (ISO 8601).")] string? from,
        [Description("Traces that started before this time (ISO 8601).")] string? to,
        [Description("ok, error, running or abandoned."), System.ComponentModel.DataAnnotations.AllowedValues("ok", "error", "running", "abandoned")] string? status,
        [Description("A model that the trace called, exactly.")] string? model,
        [Description("Exactly.")] string? userId,
        [Description("Exactly.")] string? sessionId,
        [Description("Exactly.")] string? environment,
        [Description("The trace's name, exactly.")] string? name,
        [Description("What a score of the trace or of a span of it is: helpful (it has one), helpful:<0.4 (or <=, >, >=, =), helpful:true, mood:happy, \"my score\":\"so so\".")] string? score,
        [Description("A part of the name, an id or a preview, in any case.")] string? q,
        [Description("Most items of the page: 1 to 1000, default 50.")] string? limit,
        [Description("nextCursor of the page before, with the same conditions.")] string? cursor,
        CancellationToken cancellationToken)
    {
        var errors = new ApiErrors();
        foreach (var parameter in context.Request.Query.Keys.Where(k => !Parameters.Contains(k, StringComparer.OrdinalIgnoreCase)))
            errors.Add(parameter, $"unknown parameter '{parameter}'{Suggestion.For(parameter, Parameters)}");
        var filter = new TraceFilter
        {
            From = errors.ReadQueryTime(from, "from"),
            To = errors.ReadQueryTime(to, "to"),
            Status = Status(status, errors),
            Model = NullIfEmpty(model),
            UserId = NullIfEmpty(userId),
            SessionId = NullIfEmpty(sessionId),
            Environment = NullIfEmpty(environment),
            Name = NullIfEmpty(name),
            Score = Score(score, errors),
            Text = NullIfEmpty(q),
        };
        var count = DefaultLimit;
        if (!string.IsNullOrEmpty(limit) && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > TraceSearch.MaxLimit))
            errors.Add("limit", $"must be a whole number from 1 to {TraceSearch.MaxLimit}");
        if (errors.Any)
            return errors.ToResult();

        try
        {
            var page = await search.SearchAsync(context.GetProjectId(), filter, TraceOrder.NewestFirst, NullIfEmpty(cursor), count, cancellationToken);
            return TypedResults.Json(new TraceListResponse([.. page.Items.Select(i => i.ToResponse())], page.NextCursor), TraceJson.Default.TraceListResponse);
        }
        catch (InvalidCursorException e)
        {
            errors.Add("cursor", e.Message);
            return errors.ToResult();
        }
    }

    private static TraceStatusFilter? Status(string? text, ApiErrors errors)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (!char.IsAsciiDigit(text[0]) && Enum.TryParse<TraceStatusFilter>(text, ignoreCase: true, out var status) && Enum.IsDefined(status))
            return status;
        errors.Add("status", $"must be ok, error, running or abandoned{Suggestion.For(text, Enum.GetNames<TraceStatusFilter>().Select(n => n.ToLowerInvariant()))}");
        return null;
    }

    private static ScoreCondition? Score(string? text, ApiErrors errors)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (ScoreCondition.TryParse(text, out var condition))
            return condition;
        errors.Add("score", ScoreCondition.Form);
        return null;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
