using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Prices;

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
