using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Pricing;

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
