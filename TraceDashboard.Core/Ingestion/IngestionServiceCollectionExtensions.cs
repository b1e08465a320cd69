using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
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
        services.AddOptions<BodyOptions>().Configure<IOptions<IngestionOptions>>(static (body, options) =>
        {
            body.MaxBytes = options.Value.MaxBodyBytes;
            body.MaxBytesInFlight = options.Value.MaxBytesInFlight;
            body.MinBytesPerSecond = options.Value.MinBodyRate;
            body.Patience = options.Value.BodyPatience;
            body.RetryAfter = options.Value.RetryAfter;
        });
        services.AddMetrics();
        services.AddSingleton<IngestionMetrics>();
        services.AddSingleton<IRefusalCounter>(static provider => provider.GetRequiredService<IngestionMetrics>());
        services.AddSingleton<Admission>();
        services.AddSingleton<IngestionPipeline>();
        services.AddSingleton<HumanScores>();
        services.AddHostedService(sp => sp.GetRequiredService<IngestionPipeline>());
        return services;
    }
}
