using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TraceDashboard.Core.Configuration;

public static class OptionsSectionExtensions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a section of the configuration and checks it at start. Every error of every section
    /// is told at once, and each names its key: values that do not convert, keys that do not exist, data annotations, and
    /// what <paramref name="check"/> returns.
    /// </summary>
    /// <param name="services">Where the options are registered.</param>
    /// <param name="section">For example <c>Ingestion</c>; the keys are <c>Ingestion:&lt;property&gt;</c>.</param>
    /// <param name="check">Checks that involve more than one property; returns messages that name the key and the fix.</param>
    public static OptionsBuilder<T> AddOptionsSection<T>(this IServiceCollection services, string section, Func<T, IEnumerable<string>>? check = null)
        where T : class
    {
        services.AddSingleton(new KnownSection(section));
        services.AddSingleton<IConfigureOptions<T>>(provider => new OptionsSection<T>(provider.GetRequiredService<IConfiguration>(), section, check));
        services.AddSingleton<IValidateOptions<T>>(provider => new OptionsSection<T>(provider.GetRequiredService<IConfiguration>(), section, check));
        return services.AddOptions<T>().ValidateOnStart();
    }
}
