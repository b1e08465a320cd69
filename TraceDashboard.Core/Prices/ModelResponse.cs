using System.ComponentModel;

namespace TraceDashboard.Core.Prices;

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
