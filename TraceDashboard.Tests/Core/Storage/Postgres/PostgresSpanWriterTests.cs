using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage.Postgres;

public sealed class PostgresSpanWriterTests(PostgresCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Updates_of_a_trace_that_was_written_lately_take_two_round_trips()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Postgres, cluster);
        await using var other = ActivatorUtilities.CreateInstance<SpanWriterTests.WriterOwner>(fixture.Get<IServiceProvider>());
        var writer = fixture.Get<SpanWriter>();
        await writer.WriteAsync([Named("first")], Cancel);

        var lately = await RoundTripsAsync(() => writer.WriteAsync([Named("second")], Cancel));
        await other.Writer.WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("another", "a", 1, 1)], [])], Cancel);
        var unknown = await RoundTripsAsync(() => other.Writer.WriteAsync([Named("third")], Cancel));

        Assert.Equal((2, 3), (lately, unknown));
        Assert.Equal("third", await NameAsync(fixture.Store));
    }

    [Fact]
    public async Task A_trace_that_came_again_under_another_number_is_found_there()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Postgres, cluster);
        await using var other = ActivatorUtilities.CreateInstance<SpanWriterTests.WriterOwner>(fixture.Get<IServiceProvider>());
        var writer = fixture.Get<SpanWriter>();
        await writer.WriteAsync([Named("first")], Cancel);
        await other.Writer.DeleteAsync(1, "t", Cancel);
        await fixture.Store.WriteAsync((db, ct) => db.TraceKeys.ExecuteDeleteAsync(ct), Cancel); // as retention forgets what was deleted long ago
        await other.Writer.WriteAsync([new IngestBatch(1, [SpanWriterTests.Call("t", "a", 7, 1)], [])], Cancel);

        await writer.WriteAsync([Named("second")], Cancel);

        var span = await fixture.Store.ReadAsync((db, ct) => db.Spans.SingleAsync(ct), Cancel);
        Assert.Equal(("second", 7), (span.Name, span.TokensInput));
        Assert.Equal(span.TraceNo, await fixture.Store.ReadAsync((db, ct) => db.TraceKeys.Select(k => k.TraceNo).SingleAsync(ct), Cancel));
    }

    [Fact]
    public async Task What_another_process_deleted_stays_deleted()
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Postgres, cluster);
        await using var other = ActivatorUtilities.CreateInstance<SpanWriterTests.WriterOwner>(fixture.Get<IServiceProvider>());
        var writer = fixture.Get<SpanWriter>();
        await writer.WriteAsync([Named("first")], Cancel);
        await other.Writer.DeleteAsync(1, "t", Cancel);

        Assert.Empty(await writer.WriteAsync([Named("second")], Cancel));

        Assert.Equal(0, await fixture.Store.ReadAsync((db, ct) => db.Spans.CountAsync(ct), Cancel));
    }

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

    /// <summary>How often the driver waited for the database.</summary>
    private static async Task<int> RoundTripsAsync(Func<Task> work)
    {
        using var mine = new Activity("test").Start();
        var count = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Npgsql",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == mine.TraceId)
                    Interlocked.Increment(ref count);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await work();
        return count;
    }
}
