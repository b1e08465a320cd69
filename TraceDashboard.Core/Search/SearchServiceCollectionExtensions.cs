using Microsoft.Extensions.DependencyInjection;

namespace TraceDashboard.Core.Search;

public static class SearchServiceCollectionExtensions
{
    /// <summary>What lists are read through.</summary>
    public static IServiceCollection AddSearch(this IServiceCollection services) => services.AddSingleton<TraceSearch>();
}
