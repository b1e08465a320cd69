namespace TraceDashboard.Core.Prices;

/// <summary>Which version of the catalogue there is, and which one the stored calls of a project were priced with.</summary>
/// <param name="Version">As <c>yyyy-MM-dd</c>.</param>
/// <param name="PricedWith">The same version, or an older one until calls are priced again.</param>
public sealed record CatalogueUse(string Version, string PricedWith)
{
    /// <summary>How <see cref="Repricing.PriceId"/> begins where calls are priced again with the catalogue; its version follows.</summary>
    public const string Keys = "catalogue/";

    public bool IsNewer => Version != PricedWith;
}
