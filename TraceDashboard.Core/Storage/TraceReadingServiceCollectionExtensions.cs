using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Core.Storage;

public static class TraceReadingServiceCollectionExtensions
{
    /// <summary>What pages and APIs read through.</summary>
    public static IServiceCollection AddTraceReading(this IServiceCollection services)
    {
        services.AddSingleton<TraceSearch>();
        services.AddSingleton<TraceReader>();
        services.AddSingleton<ScoreReader>();
        return services;
    }
}
