using System.ComponentModel;

namespace TraceDashboard.Core.Prices;

public sealed record ModelListResponse(
    [property: Description("Those with unpriced calls first, by how many, then by calls; 500 at most.")] IReadOnlyList<ModelResponse> Items,
    [property: Description("Whether there are more.")] bool Truncated);
