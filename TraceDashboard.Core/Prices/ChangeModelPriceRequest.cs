using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Prices;

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
