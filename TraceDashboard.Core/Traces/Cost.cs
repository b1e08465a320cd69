namespace TraceDashboard.Core.Traces;

/// <summary>Where a cost came from.</summary>
public enum CostSource : byte
{
    /// <summary>Neither reported nor computable; the amount is null, never zero.</summary>
    Unknown = 0,

    /// <summary>Sent by the client.</summary>
    Reported = 1,

    /// <summary>Token buckets times prices, the project's own or those of the catalogue.</summary>
    Computed = 2,

    /// <summary>Nothing: the call was refused before it was answered.</summary>
    Refused = 3,
}

/// <summary>What a span cost and why.</summary>
/// <param name="Amount">USD; null when unknown.</param>
/// <param name="Source">Where the amount came from.</param>
/// <param name="PriceKey">For computed costs the price that was used, as <c>version/provider/model</c> or <c>own/price/version</c>.</param>
public sealed record Cost(decimal? Amount, CostSource Source, string? PriceKey = null)
{
    public static Cost Unknown { get; } = new(null, CostSource.Unknown);

    public static Cost Refused { get; } = new(0, CostSource.Refused);
}
