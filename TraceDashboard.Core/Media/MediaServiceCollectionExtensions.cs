using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Media;

public static class MediaServiceCollectionExtensions
{
    /// <summary>The store of uploaded files, and the addresses that it gives out for a while.</summary>
    public static IServiceCollection AddMedia(this IServiceCollection services)
    {
        services.AddOptionsSection<MediaOptions>(MediaOptions.Section, MediaOptions.Check);
        services.AddSingleton<MediaStore>();
        services.AddSingleton<IStartStep>(static provider => provider.GetRequiredService<MediaStore>());
        return services.AddSingleton<MediaAddresses>();
    }
}
