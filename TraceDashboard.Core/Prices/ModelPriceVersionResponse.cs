using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Prices;

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
