using Microsoft.Extensions.DependencyInjection;

namespace TraceDashboard.Core.Deletion;

public static class DeletionServiceCollectionExtensions
{
    /// <summary>Deletes traces and sessions with all that belongs to them.</summary>
    public static IServiceCollection AddDeletion(this IServiceCollection services) => services.AddSingleton<TraceDeletion>();
}
