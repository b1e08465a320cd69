using System.ComponentModel;
using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Pricing;

/// <summary>The standard prices, and those of other service tiers where they differ.</summary>
public record TieredPrices : TokenPrices
{
    [Description("Of the service tier batch, where they differ."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenPrices? Batch { get; init; }

    [Description("Of the service tier priority, where they differ."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenPrices? Priority { get; init; }

    [Description("Of the service tier flex, where they differ."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenPrices? Flex { get; init; }

    internal IEnumerable<(string? Name, ServiceTier Tier, TokenPrices? Prices)> ByTier() =>
        [(null, ServiceTier.Standard, this), ("batch", ServiceTier.Batch, Batch), ("priority", ServiceTier.Priority, Priority), ("flex", ServiceTier.Flex, Flex)];
}

/// <summary>Prices of requests with long input.</summary>
public sealed record LongContextPrices : TieredPrices
{
    [Description("Input tokens: these prices are for the whole of a request with more than that."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Over { get; init; }
}

/// <summary>What a model costs, in the shape of the catalogue: USD per million tokens, and per request.</summary>
public sealed record PriceTable : TieredPrices
{
    [Description("USD for each request, beside its tokens."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? PerRequest { get; init; }

    [Description("Where long requests cost differently: at most 8, each with its own size."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LongContextPrices>? LongContext { get; init; }
}
