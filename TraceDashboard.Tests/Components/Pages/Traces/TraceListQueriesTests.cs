using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Components.Pages.Traces;

/// <summary>Readers of lists who ask the same are answered once.</summary>
public sealed class TraceListQueriesTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 30, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_readers_who_opened_the_list_at_different_minutes_ask_once(bool everything)
    {
        await using var fixture = await StoreFixture.CreateAsync(DatabaseProvider.Sqlite, cluster, services => services
            .AddSearch().AddOptionsSection<LiveOptions>(LiveOptions.Section));
        for (var i = 0; i < 3; i++)
        {
            var span = SpanWriterTests.Call($"t{i}", "a", 1, 1);
            span.StartTime = UnixNanos.FromDateTimeOffset(Now.AddHours(-i));
            span.EndTime = span.StartTime + 1_000;
            await fixture.Get<SpanWriter>().WriteAsync([new IngestBatch(1, [span], [])], Cancel);
        }

        var queries = new TraceListQueries(fixture.Get<TraceSearch>(), new SharedQueries(TimeProvider.System));
        TraceList first = new(), second = new();
        first.Reset(await queries.FirstPageAsync(1, Filter(Now), 1, Cancel));
        second.Reset(await queries.FirstPageAsync(1, Filter(Now.AddMinutes(7)), 2, Cancel));
        using var log = new CommandLog();

        // A signal later, both at their page: each asks as of that moment.
        var changes = new ChangeSet(3, everything ? new HashSet<string>() : new HashSet<string> { "t0", "t2" }, everything);
        await Task.WhenAll(new[] { first, second }.Select(list => queries.UpdateAsync(list, 1, Filter(Now.AddMinutes(8)), changes, () => false, Cancel)));

        Assert.Equal(2, log.Take().Count); // the traces, and their scores
        Assert.Equal(["t0", "t1", "t2"], first.Items.Select(i => i.TraceId));
        Assert.Equal(["t0", "t1", "t2"], second.Items.Select(i => i.TraceId));
    }

    private static TraceFilter Filter(DateTimeOffset now) => new TraceQuery().ToFilter(TimeRange.Default, now);
}
