using System.ComponentModel;

namespace TraceDashboard.Core.Prices;

public sealed record RecomputationListResponse(
    [property: Description("The last 20, newest first.")] IReadOnlyList<RecomputationResponse> Items,
    [property: Description("The catalogue of prices.")] CatalogueResponse Catalogue);
