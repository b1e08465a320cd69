using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Tests.Core.Pricing;

internal static class TestPrices
{
    /// <summary>The catalogue, without prices of one's own.</summary>
    public static PriceBook Catalogue { get; } = new(PriceCatalogue.Default, []);
}
