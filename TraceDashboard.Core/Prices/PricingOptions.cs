using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Prices;

/// <summary>Limits of a project's own prices.</summary>
public sealed class PricingOptions
{
    public const string Section = "Pricing";

    /// <summary>Own prices of one project. Each new name of a model is compared with all of them, once.</summary>
    [Range(1, 100_000)]
    public int MaxPrices { get; set; } = 1_000;

    /// <summary>Versions of one price.</summary>
    [Range(1, 10_000)]
    public int MaxVersions { get; set; } = 200;
}
