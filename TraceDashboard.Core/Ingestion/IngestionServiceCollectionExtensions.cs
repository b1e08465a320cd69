using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Live;

namespace TraceDashboard.Core.Ingestion;

public static class IngestionServiceCollectionExtensions
{
    /// <summary>The pipeline from decoded messages to the store, and the feed that tells what it changed.</summary>
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.TryAddSingleton<LiveFeed>();
        services.TryAddSingleton<SharedQueries>();
        services.AddMetrics();
        services.AddSingleton<ProjectSettingsStore>();
        services.AddSingleton<IngestionMetrics>();
        services.AddSingleton<IngestionPipeline>();
        services.AddSingleton<HumanScores>();
        services.AddHostedService(sp => sp.GetRequiredService<IngestionPipeline>());
        return services;
    }
}
