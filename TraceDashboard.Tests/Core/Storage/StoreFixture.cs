using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Upkeep;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>A fresh store of one kind, as the app sets it up: contract tests run on each kind.</summary>
public sealed class StoreFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly string? _folder;
    private readonly TenantGuard? _guard;

    private StoreFixture(ServiceProvider services, string? folder, TenantGuard? guard)
    {
        _services = services;
        _folder = folder;
        _guard = guard;
    }

    public static TheoryData<DatabaseProvider> Providers => [DatabaseProvider.Sqlite, DatabaseProvider.Postgres];

    public TraceStore Store => Get<TraceStore>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static async Task<StoreFixture> CreateAsync(
        DatabaseProvider provider, PostgresCluster cluster, Action<IServiceCollection>? configure = null, params (string Key, string Value)[] settings)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        string? folder = null;
        string connectionString;
        if (provider == DatabaseProvider.Sqlite)
        {
            folder = Directory.CreateTempSubdirectory("td-store-").FullName;
            connectionString = $"Data Source={Path.Combine(folder, "store.db")}";
        }
        else
        {
            connectionString = await cluster.CreateDatabaseAsync(cancellationToken);
        }

        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
            [
                KeyValuePair.Create<string, string?>("Database:Provider", provider.ToString()),
                KeyValuePair.Create<string, string?>($"ConnectionStrings:{provider}", connectionString),
            ])
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value)))
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddLive();
        services.AddTraceStorage(configuration);
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Production });
        services.AddConventions();
        services.AddSingleton<ProjectSettingsStore>();
        services.AddMedia();
        services.AddDeletion();
        services.AddHostedService<SummaryRefresher>();
        configure?.Invoke(services);

        // SQLite tells one of what runs on a connection: the test, or else the guard.
        var guard = services.Any(s => s.ServiceType == typeof(SqlLog)) ? null : new TenantGuard(provider == DatabaseProvider.Sqlite ? connectionString : null);
        if (guard is not null)
            services.AddLogging(logging => logging.AddProvider(guard).AddFilter<TenantGuard>("Npgsql.Command", LogLevel.Information));
        var fixture = new StoreFixture(services.BuildServiceProvider(), folder, guard);
        foreach (var step in fixture._services.GetServices<IStartStep>())
            await step.PrepareAsync(cancellationToken);
        guard?.Begin();
        foreach (var service in fixture._services.GetServices<IHostedService>())
            await service.StartAsync(cancellationToken);
        return fixture;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
        _guard?.Dispose();
        Assert.Empty(_guard?.Violations ?? []);
    }
}
