using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Prices;

/// <summary>Which models a project calls and what they cost, and its own prices, over HTTP.</summary>
public static class ModelEndpoints
{
    private static readonly TimeSpan s_defaultRange = TimeSpan.FromDays(30);
    private static readonly string[] s_matches = ["exact", "glob", "regex"];

    public static void MapPrices(this IEndpointRouteBuilder app)
    {
        var read = app.MapGroup("/api").WithTags("Models and prices").RequireApiKey(ApiKeyScopes.Read);

        read.MapGet("/models", ModelsAsync)
            .WithName("listModels")
            .WithSummary("List the models that were called")
            .WithDescription("The models of the calls in a range of time, with the price that each has now and how many calls have none. It may be seconds behind.")
            .WithMetadata(ModelExamples.Models)
            .Produces<ModelListResponse>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        read.MapGet("/models/match", MatchAsync)
            .WithName("matchModel")
            .WithSummary("Find the price of a model")
            .WithDescription("Which price a call of that model would have, and why. Own prices come before the catalogue; of those in force the most specific one counts: an exact name before a glob before a regular expression, then one that names its provider, then the longer pattern, then the newer.")
            .WithMetadata(ModelExamples.Match)
            .Produces<ModelMatchResponse>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        read.MapGet("/model-prices", ListAsync)
            .WithName("listModelPrices")
            .WithSummary("List the project's own prices")
            .WithDescription("All own prices with their history, in the order in which they are tried.")
            .WithMetadata(ModelExamples.List)
            .Produces<ModelPriceListResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        read.MapGet("/model-prices/recomputations", RecomputationsAsync)
            .WithName("listRecomputations")
            .WithSummary("Follow recomputations")
            .WithDescription("After each correction of a price the calls that it concerns are priced again, in the background, with their traces and charts.")
            .WithMetadata(ModelExamples.Recomputations)
            .Produces<RecomputationListResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        var write = app.MapGroup("/api").WithTags("Models and prices").RequireApiKey(ApiKeyScopes.All).TakesJson();

        write.MapPost("/model-prices/recomputations", RecomputeAsync)
            .WithName("recomputeCosts")
            .WithSummary("Price all calls again")
            .WithDescription("Prices the stored calls again, in the background, with the project's own prices and the catalogue of now. For when a new release brought a newer catalogue: what is stored keeps its cost until then. A cost that a client reported stays.")
            .WithMetadata(ModelExamples.Recomputations)
            .Produces<RecomputationListResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);

        write.MapPost("/model-prices", AddAsync)
            .WithName("addModelPrice")
            .WithSummary("Give a model a price")
            .WithDescription("Calls that arrive from now on have it at once (where several processes share a database, within a second), those before as soon as they are priced again. A cost that a client reported stays.")
            .Accepts<AddModelPriceRequest>("application/json")
            .WithMetadata(ModelExamples.Add)
            .Produces<ModelPriceResponse>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

        write.MapPut("/model-prices/{priceId}", ChangeAsync)
            .WithName("changeModelPrice")
            .WithSummary("Change a price")
            .WithDescription("Adds a version that holds for the calls of the time it names, and covers what was said of that time before. Nothing is overwritten: the history stays.")
            .Accepts<ChangeModelPriceRequest>("application/json")
            .WithMetadata(ModelExamples.Change)
            .Produces<ModelPriceResponse>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

        write.MapDelete("/model-prices/{priceId}", EndAsync)
            .WithName("endModelPrice")
            .WithSummary("End a price")
            .WithDescription("From the given time on the price counts no more, and calls have that of the next rule or of the catalogue. It stays in the list with its history.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ModelsAsync(
        HttpContext context, ModelUsageQueries queries, TimeProvider time,
        [Description("Calls that started then or later (ISO 8601); 30 days before the end by default.")] string? from,
        [Description("Calls that started before (ISO 8601); now by default.")] string? to,
        CancellationToken cancellationToken)
    {
        var errors = new ApiErrors();
        var end = errors.ReadQueryTime(to, "to") ?? time.GetUtcNow();
        var start = errors.ReadQueryTime(from, "from") ?? end - s_defaultRange;
        if (!errors.Any && start >= end)
            errors.Add("from", "must be earlier than to");
        if (errors.Any)
            return errors.ToResult();
        var models = await queries.ListAsync(context.GetProjectId(), start, end, cancellationToken);
        return TypedResults.Json(
            new ModelListResponse([.. models.Take(ModelUsageQueries.MaxModels).Select(ModelResponse.Of)], models.Count > ModelUsageQueries.MaxModels),
            ModelJson.Default.ModelListResponse);
    }

    private static async Task<IResult> MatchAsync(
        HttpContext context, PriceBooks books, TimeProvider time,
        [Description("The model as a call names it."), Required] string? model,
        [Description("The provider as a call names it; none by default.")] string? provider,
        [Description("When the call starts (ISO 8601); now by default.")] string? at,
        CancellationToken cancellationToken)
    {
        var errors = new ApiErrors();
        if (string.IsNullOrWhiteSpace(model))
            errors.Add("model", "must name a model");
        var when = errors.ReadQueryTime(at, "at") ?? time.GetUtcNow();
        if (errors.Any)
            return errors.ToResult();
        var book = (await books.CurrentAsync(cancellationToken)).Of(context.GetProjectId());
        return TypedResults.Json(ModelMatchResponse.Of(book.Find(string.IsNullOrWhiteSpace(provider) ? null : provider, model!, when)), ModelJson.Default.ModelMatchResponse);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ModelPriceManager manager, TimeProvider time, CancellationToken cancellationToken)
    {
        var prices = await manager.ListAsync(context.GetProjectId(), cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Json(new ModelPriceListResponse([.. prices.Select(p => ModelPriceResponse.Of(p, now))]), ModelJson.Default.ModelPriceListResponse);
    }

    private static async Task<IResult> RecomputationsAsync(HttpContext context, ModelPriceManager manager, CancellationToken cancellationToken)
    {
        var repricings = await manager.RepricingsAsync(context.GetProjectId(), cancellationToken);
        var catalogue = await manager.CatalogueAsync(context.GetProjectId(), cancellationToken);
        return TypedResults.Json(
            new RecomputationListResponse([.. repricings.Select(RecomputationResponse.Of)], new CatalogueResponse(catalogue.Version, catalogue.PricedWith)),
            ModelJson.Default.RecomputationListResponse);
    }

    private static async Task<IResult> RecomputeAsync(HttpContext context, ModelPriceManager manager, CancellationToken cancellationToken)
    {
        await manager.RepriceAsync(context.GetProjectId(), cancellationToken);
        return await RecomputationsAsync(context, manager, cancellationToken);
    }

    private static async Task<IResult> AddAsync(HttpContext context, ModelPriceManager manager, TimeProvider time, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(context, ModelJson.Default.AddModelPriceRequest);
        if (request is null)
            return problem!;
        var errors = new ApiErrors();
        var match = ModelMatch.Exact;
        if (request.Match is { } word && (char.IsAsciiDigit(word.FirstOrDefault()) || !Enum.TryParse(word, ignoreCase: true, out match)))
            errors.Add("match", $"must be exact, glob or regex{Suggestion.For(word, s_matches)}");
        var valid = new Period(UnixNanos.ToDateTimeOffset(errors.ReadTime(request.ValidFrom, "validFrom")), UnixNanos.ToDateTimeOffset(errors.ReadTime(request.ValidTo, "validTo")));
        if (errors.Any)
            return errors.ToResult();
        var result = await manager.AddAsync(context.GetProjectId(), new ModelPriceDraft(request.Model ?? "", match, request.Provider, valid, request.Prices), cancellationToken);
        return Answer(result, time);
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext context, ModelPriceManager manager, TimeProvider time, [Description("Id of the price.")] string priceId, CancellationToken cancellationToken)
    {
        if (await manager.FindAsync(context.GetProjectId(), priceId, cancellationToken) is null)
            return NoSuchPrice();
        var (request, problem) = await JsonBody.ReadAsync(context, ModelJson.Default.ChangeModelPriceRequest);
        if (request is null)
            return problem!;
        var errors = new ApiErrors();
        var valid = new Period(UnixNanos.ToDateTimeOffset(errors.ReadTime(request.ValidFrom, "validFrom")), UnixNanos.ToDateTimeOffset(errors.ReadTime(request.ValidTo, "validTo")));
        if (request.ValidFrom is null)
            errors.Add("validFrom", "must say from when the price holds; 1970-01-01T00:00:00Z for all calls");
        if (errors.Any)
            return errors.ToResult();
        return await manager.ChangeAsync(context.GetProjectId(), priceId, valid, request.Prices, cancellationToken) is { } result ? Answer(result, time) : NoSuchPrice();
    }

    private static async Task<IResult> EndAsync(
        HttpContext context, ModelPriceManager manager, TimeProvider time,
        [Description("Id of the price.")] string priceId,
        [Description("From when on (ISO 8601); now by default. 1970-01-01T00:00:00Z as if it had never been.")] string? at,
        CancellationToken cancellationToken)
    {
        var errors = new ApiErrors();
        var when = errors.ReadQueryTime(at, "at") ?? time.GetUtcNow();
        if (errors.Any)
            return errors.ToResult();
        return await manager.EndAsync(context.GetProjectId(), priceId, when, cancellationToken) switch
        {
            null => NoSuchPrice(),
            { Price: null } refused => Refused(refused),
            _ => TypedResults.NoContent(),
        };
    }

    private static IResult Answer(ModelPriceResult result, TimeProvider time) => result.Price is { } price
        ? TypedResults.Json(ModelPriceResponse.Of(price, time.GetUtcNow()), ModelJson.Default.ModelPriceResponse)
        : Refused(result);

    private static ValidationProblem Refused(ModelPriceResult result)
    {
        var errors = new ApiErrors();
        foreach (var (path, messages) in result.Errors)
        {
            foreach (var message in messages)
                errors.Add(path, message);
        }

        return errors.ToResult();
    }

    private static JsonHttpResult<ProblemDetails> NoSuchPrice() => NotFoundProblem.Result("There is no such price.");
}
