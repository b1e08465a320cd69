using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Projects.Privacy;

namespace TraceDashboard.Core.Ingestion.Conventions;

public static class ConventionsServiceCollectionExtensions
{
    /// <summary>What the attribute dialects tell other rooms.</summary>
    public static IServiceCollection AddConventions(this IServiceCollection services) => services.AddSingleton<IContentAttributes, ContentAttributes>();
}
