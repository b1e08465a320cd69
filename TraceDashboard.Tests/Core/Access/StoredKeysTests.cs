using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Access;

public class StoredKeysTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_process_has_signed_another_on_the_same_database_reads()
    {
        var database = await cluster.CreateDatabaseAsync(Cancel);
        await using var first = await TestApp.StartAsync(new TestAppOptions { Postgres = database });
        await using var second = await TestApp.StartAsync(new TestAppOptions { Postgres = database });

        Assert.Equal(1, second.Get<MediaAddresses>().ReadDownload("some-file", Token(first)));
        Assert.Equal(1, first.Get<MediaAddresses>().ReadDownload("some-file", Token(second)));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_was_signed_before_a_new_start_is_read_after_it(DatabaseProvider provider)
    {
        var folder = Directory.CreateTempSubdirectory("td-keys-").FullName;
        try
        {
            var options = new TestAppOptions { Folder = folder, Postgres = provider == DatabaseProvider.Postgres ? await cluster.CreateDatabaseAsync(Cancel) : null };
            string token;
            await using (var before = await TestApp.StartAsync(options))
                token = Token(before);

            await using var after = await TestApp.StartAsync(options);

            Assert.Equal(1, after.Get<MediaAddresses>().ReadDownload("some-file", token));
            Assert.Equal(1, await after.Get<TraceStore>().ReadAsync((db, ct) => db.DataProtectionKeys.CountAsync(ct), Cancel));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Token(TestApp app) =>
        Uri.UnescapeDataString(app.Get<MediaAddresses>().Download(1, "some-file").Path.Split("token=")[1]);
}
