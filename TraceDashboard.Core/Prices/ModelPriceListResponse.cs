using System.ComponentModel;

namespace TraceDashboard.Core.Prices;

public sealed record ModelPriceListResponse([property: Description("In the order in which they are tried.")] IReadOnlyList<ModelPriceResponse> Items);
