using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

public class BoundedCountTests(PostgresCluster cluster)
{
    private const int Rows = BoundedCount.Most + 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Behind_the_beginning_of_a_page_ten_thousand_rows_are_counted_and_no_more(DatabaseProvider provider)
    {
        await using var fixture = await StoreFixture.CreateAsync(provider, cluster);
        await fixture.Store.WriteAsync(
            (db, ct) => db.Database.ExecuteSqlAsync(
                $"""
                WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {Rows})
                INSERT INTO dirty_buckets (project_id, bucket) SELECT 1, x FROM n
                """,
                ct),
            Cancel);

        Assert.Equal(BoundedCount.Most, await CountAsync(0));
        Assert.Equal(Rows, await CountAsync(100));
        Assert.Equal(Rows, await CountAsync(int.MaxValue));

        Task<int> CountAsync(int skip) => fixture.Store.ReadAsync((db, ct) => db.DirtyBuckets.Where(d => d.ProjectId == 1).CountFromAsync(skip, ct), Cancel);
    }
}
