namespace TraceDashboard.Core.Prices;

/// <summary>The catalogue that there is, and the one that stored calls were priced with: where they differ, price again.</summary>
public sealed record CatalogueResponse(string Version, string PricedWith);
