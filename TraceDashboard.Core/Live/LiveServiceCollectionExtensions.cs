using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Live;

public static class LiveServiceCollectionExtensions
{
    /// <summary>The feed that tells what changed, and the queries that its readers share.</summary>
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddOptionsSection<LiveOptions>(LiveOptions.Section);
        services.AddSingleton<LiveFeed>();
        return services.AddSingleton<SharedQueries>();
    }
}
