using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Ingestion;

public static class IngestionServiceCollectionExtensions
{
    /// <summary>The pipeline from decoded messages to the store.</summary>
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddOptionsSection<IngestionOptions>(IngestionOptions.Section);
        services.AddOptions<IngestionOptions>().PostConfigure<IHostEnvironment>(static (options, host) => options.AllowAnonymous ??= host.IsDevelopment());
        services.AddOptions<KeylessOptions>().Configure<IOptions<IngestionOptions>>(static (keyless, options) => keyless.Allowed = options.Value.AllowAnonymous is true);
        services.AddMetrics();
        services.AddSingleton<IngestionMetrics>();
        services.AddSingleton<IngestionPipeline>();
        services.AddSingleton<HumanScores>();
        services.AddHostedService(sp => sp.GetRequiredService<IngestionPipeline>());
        return services;
    }
}
