using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Prices;

public static class PricesServiceCollectionExtensions
{
    /// <summary>Which models a project calls and what it says that they cost, and the background work after a correction.</summary>
    public static IServiceCollection AddPrices(this IServiceCollection services)
    {
        services.AddOptionsSection<PricingOptions>(PricingOptions.Section);
        services.AddSingleton<RepricingSignal>();
        services.AddSingleton<ModelPriceManager>();
        services.AddSingleton<ModelUsageQueries>();
        services.AddSingleton<Repricer>();
        services.AddHostedService(provider => provider.GetRequiredService<Repricer>());
        return services;
    }
}
