using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage.Postgres;

public sealed class PostgresSpanWriterTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_column_that_a_newer_version_adds_or_drops_meanwhile_disturbs_nobody()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Postgres, cluster);
        var writer = fixture.Get<SpanWriter>();
        await writer.WriteAsync([Named("first")], Cancel);

        await fixture.Store.WriteAsync((db, ct) => db.Database.ExecuteSqlAsync($"ALTER TABLE spans ADD COLUMN gone text; ALTER TABLE spans ADD COLUMN later jsonb; ALTER TABLE spans DROP COLUMN gone", ct), Cancel);
        await writer.WriteAsync([Named("second")], Cancel);
        Assert.Equal("second", await NameAsync(fixture.Store));

        await fixture.Store.WriteAsync((db, ct) => db.Database.ExecuteSqlAsync($"ALTER TABLE spans DROP COLUMN later", ct), Cancel);
        await writer.WriteAsync([Named("third")], Cancel);
        Assert.Equal("third", await NameAsync(fixture.Store));
    }

    private static IngestBatch Named(string name)
    {
        var span = SpanWriterTests.Call("t", "a", 7, 1);
        span.Name = name;
        span.Version = new UpdateVersion(2, name switch { "first" => 1, "second" => 2, _ => 3 }, 0);
        span.Hash = string.GetHashCode(name, StringComparison.Ordinal) | 1;
        return new IngestBatch(1, [span], []);
    }

    private static Task<string?> NameAsync(TraceStore store) => store.ReadAsync((db, ct) => db.Spans.Where(s => s.TokensInput == 7).Select(s => s.Name).SingleAsync(ct), Cancel);
}
