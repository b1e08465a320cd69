using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Prices;

public sealed record PeriodResponse(
    [property: Description("Null from ever."), DataType(DataType.DateTime)] string? From,
    [property: Description("Exclusive; null for ever."), DataType(DataType.DateTime)] string? To);
