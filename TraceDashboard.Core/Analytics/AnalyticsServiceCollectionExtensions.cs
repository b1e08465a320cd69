using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Analytics;

public static class AnalyticsServiceCollectionExtensions
{
    /// <summary>Rollups, kept up to date in the background, and what is asked of them.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.AddOptionsSection<RollupOptions>(RollupOptions.Section, options => options switch
        {
            { Interval.Ticks: <= 0 } => [$"{RollupOptions.Section}:{nameof(RollupOptions.Interval)} must be more than zero."],
            { Slice.Ticks: < 0 } => [$"{RollupOptions.Section}:{nameof(RollupOptions.Slice)} must not be negative."],
            _ => [],
        });
        services.AddSingleton<OverviewQueries>();
        services.AddSingleton<RollupRefresher>();
        services.AddHostedService(provider => provider.GetRequiredService<RollupRefresher>());
        return services;
    }
}
