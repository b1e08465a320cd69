using System.ComponentModel;

namespace TraceDashboard.Core.Search;

/// <summary>USD, and where the amount came from: reported, computed or unknown.</summary>
public sealed record SpanCostResponse(
    decimal? Amount,
    [property: Description("reported (by the client), computed (tokens times price), refused (the call failed before it was answered, and cost nothing) or unknown.")] string Source,
    [property: Description("The price that was used: version/provider/model of the catalogue, or own/price/version.")] string? PriceKey);
