using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

public class TraceStoreTests(PostgresCluster cluster)
{
    private const int Readers = 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Readers_never_stop_writers_however_many_they_are_and_however_long_they_take(DatabaseProvider provider)
    {
        await using var fixture = await StoreFixture.CreateAsync(
            provider, cluster, services => services.AddSingleton<ApiKeys>().AddSingleton<ProjectSettingsStore>(), ("Database:SqliteReaders", $"{Readers}"));
        var store = fixture.Store;
        var atOnce = provider == DatabaseProvider.Sqlite ? Readers : PostgresDatabase.MostReads(store.ConnectionString);
        using var begun = new SemaphoreSlim(0);
        using var blocking = new ManualResetEventSlim(); // as SQLite's own calls are
        var release = new TaskCompletionSource();
        var reads = Enumerable.Range(0, atOnce + 50).Select(_ => store.ReadAsync(HoldAsync, Cancel)).ToList();
        for (var i = 0; i < atOnce; i++)
            await begun.WaitAsync(Cancel);

        try
        {
            // All that a batch needs on its way, and what else is written beside it.
            var span = SpanWriterTests.Call("t", "a", 1, 1);
            fixture.Get<ApiKeys>().Forget();
            await Task.WhenAll(
                fixture.Get<StoreHealth>().FindFaultAsync(Cancel),
                fixture.Get<ApiKeys>().FindAsync(null, "sk-unknown", Cancel).AsTask(),
                fixture.Get<ProjectSettingsStore>().GetAsync(1, Cancel).AsTask(),
                fixture.Get<PriceBooks>().ReloadAsync(Cancel),
                fixture.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [span], [])], Cancel),
                store.InsertAsync(new ProjectRow { Id = 7, Name = "written" })).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.All(reads, r => Assert.False(r.IsCompleted));
        }
        finally
        {
            // Else the store could not be closed.
            blocking.Set();
            release.SetResult();
        }

        await Task.WhenAll(reads);
        Assert.Equal(["written"], await store.ReadAsync((db, ct) => db.Projects.Select(p => p.Name).ToListAsync(ct), Cancel));

        async Task<int> HoldAsync(TraceDbContext db, CancellationToken cancellationToken)
        {
            await db.Database.OpenConnectionAsync(cancellationToken);
            begun.Release();
            if (provider == DatabaseProvider.Sqlite)
                blocking.Wait(cancellationToken);
            await release.Task.WaitAsync(cancellationToken);
            return 0;
        }
    }
}
