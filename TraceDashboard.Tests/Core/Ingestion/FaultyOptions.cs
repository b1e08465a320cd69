using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Ingestion;

namespace TraceDashboard.Tests.Core.Ingestion;

/// <summary>Stands for any bug in what decodes and maps: what every protocol asks for on the way throws when a test says so.</summary>
internal sealed class FaultyOptions(IOptionsFactory<IngestionOptions> factory) : IOptions<IngestionOptions>
{
    private readonly IngestionOptions _options = factory.Create(Options.DefaultName);
    private int _asked;

    /// <summary>Which of the next times that it is asked for throws; 0 for none.</summary>
    public int ThrowsAt
    {
        get;
        set => (field, _asked) = (value, 0);
    }

    public IngestionOptions Value => Interlocked.Increment(ref _asked) == ThrowsAt ? throw new InvalidTimeZoneException("a bug: SELECT secret FROM spans") : _options;

    public static void AddTo(IServiceCollection services) =>
        services.AddSingleton<IOptions<IngestionOptions>>(provider => new FaultyOptions(provider.GetRequiredService<IOptionsFactory<IngestionOptions>>()));
}
