using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Prices;

/// <summary>The body of <c>POST /api/model-prices</c>.</summary>
public sealed record AddModelPriceRequest
{
    [Description("The name that calls carry, a glob or a regular expression, in any case: 1 to 200 characters.")]
    public string? Model { get; init; }

    [Description("exact (default), glob (* for any characters, ? for one) or regex (for the whole name, without look-around and back references)."), AllowedValues("exact", "glob", "regex")]
    public string? Match { get; init; }

    [Description("Only calls to this provider; null for all.")]
    public string? Provider { get; init; }

    [Description("Calls that start then or later (ISO 8601); null from ever."), DataType(DataType.DateTime)]
    public string? ValidFrom { get; init; }

    [Description("Calls that start before (ISO 8601); null for ever."), DataType(DataType.DateTime)]
    public string? ValidTo { get; init; }

    [Description("USD per million tokens.")]
    public PriceTable? Prices { get; init; }
}

/// <summary>The body of <c>PUT /api/model-prices/{priceId}</c>.</summary>
public sealed record ChangeModelPriceRequest
{
    [Description("Calls that start then or later (ISO 8601). Needed: 1970-01-01T00:00:00Z for all."), DataType(DataType.DateTime)]
    public string? ValidFrom { get; init; }

    [Description("Calls that start before (ISO 8601); null for ever. What was said before holds from then on."), DataType(DataType.DateTime)]
    public string? ValidTo { get; init; }

    [Description("USD per million tokens, all of them: what is left out has no price.")]
    public PriceTable? Prices { get; init; }
}

public sealed record ModelPriceListResponse([property: Description("In the order in which they are tried.")] IReadOnlyList<ModelPriceResponse> Items);

/// <summary>A price of the project's own.</summary>
public sealed record ModelPriceResponse
{
    public required string Id { get; init; }

    public required string Model { get; init; }

    [AllowedValues("exact", "glob", "regex")]
    public required string Match { get; init; }

    [Description("Null for every provider.")]
    public required string? Provider { get; init; }

    [Description("Number of the version in force now; null when none is.")]
    public required int? Current { get; init; }

    [Description("The last that was said first. It stands against those before it, for the time that it speaks of.")]
    public required IReadOnlyList<ModelPriceVersionResponse> Versions { get; init; }

    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }

    internal static ModelPriceResponse Of(OwnModelPrice price, DateTimeOffset now) => new()
    {
        Id = price.Id,
        Model = price.Model,
        Match = price.Match.ToString().ToLowerInvariant(),
        Provider = price.Provider,
        Current = price.At(now)?.Number,
        Versions = [.. price.Versions.Select(v => new ModelPriceVersionResponse
        {
            Number = v.Number,
            ValidFrom = ModelTimes.Text(v.Valid.From),
            ValidTo = ModelTimes.Text(v.Valid.To),
            Periods = [.. v.Periods.Select(p => new PeriodResponse(ModelTimes.Text(p.From), ModelTimes.Text(p.To)))],
            Prices = v.Prices,
            CreatedAt = ModelTimes.Text(v.CreatedAt)!,
        })],
        CreatedAt = ModelTimes.Text(price.CreatedAt)!,
    };
}

public sealed record ModelPriceVersionResponse
{
    public required int Number { get; init; }

    [Description("Null from ever."), DataType(DataType.DateTime)]
    public required string? ValidFrom { get; init; }

    [Description("Exclusive; null for ever."), DataType(DataType.DateTime)]
    public required string? ValidTo { get; init; }

    [Description("When it is in force: empty when later versions cover it, or when it ends the price.")]
    public required IReadOnlyList<PeriodResponse> Periods { get; init; }

    [Description("Null: it ends the price for that time.")]
    public required PriceTable? Prices { get; init; }

    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }
}

public sealed record PeriodResponse(
    [property: Description("Null from ever."), DataType(DataType.DateTime)] string? From,
    [property: Description("Exclusive; null for ever."), DataType(DataType.DateTime)] string? To);

public sealed record ModelListResponse(
    [property: Description("Those with unpriced calls first, by how many, then by calls; 500 at most.")] IReadOnlyList<ModelResponse> Items,
    [property: Description("Whether there are more.")] bool Truncated);

/// <summary>A model that the project has called.</summary>
public sealed record ModelResponse
{
    [Description("Null when the calls name none.")]
    public required string? Provider { get; init; }

    public required string Model { get; init; }

    public required long Calls { get; init; }

    [Description("Calls whose cost is unknown.")]
    public required long UnpricedCalls { get; init; }

    public required long InputTokens { get; init; }

    public required long CachedTokens { get; init; }

    public required long OutputTokens { get; init; }

    [Description("USD; a lower bound when unpricedCalls is not 0, null when all are.")]
    public required decimal? Cost { get; init; }

    [Description("The price that a call has now.")]
    public required ModelMatchResponse Price { get; init; }

    internal static ModelResponse Of(ModelUsage usage) => new()
    {
        Provider = usage.Provider,
        Model = usage.Model,
        Calls = usage.Calls,
        UnpricedCalls = usage.Unpriced,
        InputTokens = usage.TokensIn,
        CachedTokens = usage.TokensCached,
        OutputTokens = usage.TokensOut,
        Cost = usage.Cost,
        Price = ModelMatchResponse.Of(usage.Price),
    };
}

/// <summary>Which price a model has, and why.</summary>
public sealed record ModelMatchResponse
{
    [Description("own (the project's), catalogue, or none."), AllowedValues("own", "catalogue", "none")]
    public required string Source { get; init; }

    [Description("The key that costs carry: own/price/version, or version/provider/model of the catalogue; null without a price.")]
    public required string? PriceKey { get; init; }

    [Description("How it was found, in words; null without a price.")]
    public required string? Rule { get; init; }

    [Description("Whose price it is and of when, in words; null without a price.")]
    public required string? Version { get; init; }

    [Description("Why there is none, in words; null with a price.")]
    public required string? Problem { get; init; }

    [Description("The standard prices of a request of the usual size: USD per million tokens by bucket, and per request.")]
    public required IReadOnlyDictionary<string, decimal> Prices { get; init; }

    [Description("The project's own prices for such a model, in the order in which they are tried.")]
    public required IReadOnlyList<OwnMatchResponse> Own { get; init; }

    internal static ModelMatchResponse Of(PriceAnswer answer) => new()
    {
        Source = answer.Key is null ? "none" : answer.OwnPriceId is null ? "catalogue" : "own",
        PriceKey = answer.Key,
        Rule = answer.Rule,
        Version = answer.Version,
        Problem = answer.Problem,
        Prices = answer.Prices.ToDictionary(p => Name(p.Bucket), p => p.Usd),
        Own = [.. answer.Own.Select(o => new OwnMatchResponse(o.Id, o.Rule, o.Chosen, o.InForce))],
    };

    private static string Name(TokenBucket bucket) =>
        bucket == TokenBucket.Request ? "perRequest" : new TokenPrices().ByBucket().First(b => b.Bucket == bucket).Name;
}

public sealed record OwnMatchResponse(
    string Id,
    [property: Description("What it is for, in words.")] string Rule,
    [property: Description("Whether it is the one that counts.")] bool Chosen,
    [property: Description("Whether it has a version of that time.")] bool InForce);

public sealed record RecomputationListResponse(
    [property: Description("The last 20, newest first.")] IReadOnlyList<RecomputationResponse> Items,
    [property: Description("The catalogue of prices.")] CatalogueResponse Catalogue);

/// <summary>The catalogue that there is, and the one that stored calls were priced with: where they differ, price again.</summary>
public sealed record CatalogueResponse(string Version, string PricedWith);

/// <summary>How far stored costs follow a corrected price.</summary>
public sealed record RecomputationResponse
{
    [Description("The price that was corrected, or catalogue/ and its version where all calls are priced again.")]
    public required string PriceId { get; init; }

    [Description("Calls that started then or later; null from ever."), DataType(DataType.DateTime)]
    public required string? From { get; init; }

    [Description("Exclusive; null for ever."), DataType(DataType.DateTime)]
    public required string? To { get; init; }

    [Description("failed is tried again, and goes on where it was."), AllowedValues("waiting", "running", "done", "failed")]
    public required string State { get; init; }

    [Description("Spans that were looked at.")]
    public required long Done { get; init; }

    [Description("About how many there are; null before it begins.")]
    public required long? About { get; init; }

    [Description("Spans whose cost is another now.")]
    public required long Changed { get; init; }

    public required string? Error { get; init; }

    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }

    [DataType(DataType.DateTime)]
    public required string? FinishedAt { get; init; }

    internal static RecomputationResponse Of(Repricing repricing) => new()
    {
        PriceId = repricing.PriceId,
        From = ModelTimes.Text(repricing.Valid.From),
        To = ModelTimes.Text(repricing.Valid.To),
        State = repricing.State.ToString().ToLowerInvariant(),
        Done = repricing.Done,
        About = repricing.About,
        Changed = repricing.Changed,
        Error = repricing.Error,
        CreatedAt = ModelTimes.Text(repricing.CreatedAt)!,
        FinishedAt = ModelTimes.Text(repricing.FinishedAt),
    };
}

internal static class ModelTimes
{
    public static string? Text(DateTimeOffset? time) => time is { } value ? Iso8601.Format(UnixNanos.FromDateTimeOffset(value)) : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AddModelPriceRequest))]
[JsonSerializable(typeof(ChangeModelPriceRequest))]
[JsonSerializable(typeof(ModelPriceListResponse))]
[JsonSerializable(typeof(ModelListResponse))]
[JsonSerializable(typeof(RecomputationListResponse))]
internal sealed partial class ModelJson : JsonSerializerContext;
