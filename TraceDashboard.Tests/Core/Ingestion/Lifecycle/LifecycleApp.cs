using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion.Lifecycle;

/// <summary>An app that its tests share, and how to start others like it.</summary>
/// <param name="cluster">Null for SQLite.</param>
public abstract class LifecycleApp(PostgresCluster? cluster) : IAsyncLifetime
{
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    public TestApp Value { get; private set; } = null!;

    protected virtual TestAppOptions Options => new();

    public async Task<TestApp> StartAsync(TestAppOptions options) =>
        await TestApp.StartAsync(cluster is null ? options : options with { Postgres = await cluster.CreateDatabaseAsync(TestContext.Current.CancellationToken) });

    public async ValueTask InitializeAsync() => Value = await StartAsync(Options with { Services = s => s.AddSingleton<TimeProvider>(Time) });

    public async ValueTask DisposeAsync()
    {
        await Value.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
