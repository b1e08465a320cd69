using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Upkeep;

public static class UpkeepServiceCollectionExtensions
{
    /// <summary>What the store needs done in the background: summaries of long traces, retention, checks.</summary>
    public static IServiceCollection AddUpkeep(this IServiceCollection services)
    {
        services.AddOptionsSection<RetentionOptions>(RetentionOptions.Section, RetentionOptions.Check);
        services.AddSingleton<RetentionHistory>();
        services.AddSingleton<RetentionService>();
        services.AddHostedService(static provider => provider.GetRequiredService<RetentionService>());
        services.AddSingleton<StoreCheckService>();
        services.AddHostedService(static provider => provider.GetRequiredService<StoreCheckService>());
        services.AddHostedService<SummaryRefresher>();
        return services;
    }
}
