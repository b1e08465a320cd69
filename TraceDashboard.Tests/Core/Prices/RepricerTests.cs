using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Prices;

/// <summary>After a correction every cost that it concerns follows, and no other.</summary>
public sealed class RepricerTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset s_start = UnixNanos.ToDateTimeOffset(ModelStore.Start);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Spans_summaries_and_rollups_follow_a_corrected_price(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        await store.WriteAsync(
            ModelStore.Call("t1", "unpriced", "acme-1"),
            ModelStore.Call("t1", "reported", "acme-1", reported: 5),
            ModelStore.Call("t1", "other", "gpt-4o"),
            ModelStore.Call("t2", "early", "acme-1", ModelStore.Start - 1),
            ModelStore.Call("t2", "late", "acme-1", ModelStore.Start + (60 * UnixNanos.PerSecond)),
            ModelStore.Call("t3", "without a start", "acme-1", start: null));
        await store.WriteAsync(ModelStore.Call("t1", "another's", "acme-1", projectId: 2));
        var before = await store.TracesAsync();
        await store.Store.WriteAsync((db, ct) => db.DirtyBuckets.ExecuteDeleteAsync(ct), Cancel);

        await store.AddPriceAsync("acme-*", 3, ModelMatch.Glob, from: s_start, to: s_start.AddYears(10));
        Assert.True(await store.Get<Repricer>().RunAsync(Cancel));

        var costs = await store.CostsAsync();
        Assert.Equal((3m, 5m, 2.5m, null, 3m, 3m), (costs["unpriced"], costs["reported"], costs["other"], costs["early"], costs["late"], costs["without a start"]));
        var after = await store.TracesAsync();
        Assert.Equal([(10.5m, 0), (3m, 1), (3m, 0)], after.Select(t => (PicoDollars.ToUsd(t.Cost!.Value), t.UnpricedCalls)));
        Assert.Equal(before.Select(t => (t.Version + 1, t.LastActivity)), after.Select(t => (t.Version, t.LastActivity)));
        var dirty = await store.Store.ReadAsync((db, ct) => db.DirtyBuckets.Select(d => new { d.ProjectId, d.Bucket }).Distinct().ToListAsync(ct), Cancel);
        Assert.All(dirty, d => Assert.Equal(1, d.ProjectId));
        Assert.Superset(new[] { ModelStore.Start / UnixNanos.PerSecond, (ModelStore.Start / UnixNanos.PerSecond) + 60 }.ToHashSet(), dirty.Select(d => d.Bucket).ToHashSet());
        var stranger = await store.Store.ReadAsync((db, ct) => db.Spans.SingleAsync(s => s.ProjectId == 2, ct), Cancel);
        Assert.Null(stranger.Cost);

        var done = Assert.Single(await store.Get<ModelPriceManager>().RepricingsAsync(1, Cancel));
        Assert.Equal((RepricingState.Done, 3, null), (done.State, done.Changed, done.Error));
        Assert.False(await store.Get<Repricer>().RunAsync(Cancel));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_price_that_ends_leaves_the_catalogue_and_several_corrections_end_with_the_last(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        await store.WriteAsync(ModelStore.Call("t", "s", "gpt-4o"), ModelStore.Call("t", "later", "gpt-4o", ModelStore.Start + 1_000));
        var manager = store.Get<ModelPriceManager>();

        var price = await store.AddPriceAsync("gpt-4o", 7);
        await manager.ChangeAsync(1, price.Id, new Period(s_start, null), new PriceTable { Input = 8 }, Cancel);
        await manager.EndAsync(1, price.Id, UnixNanos.ToDateTimeOffset(ModelStore.Start + 1_000), Cancel);
        await store.Get<Repricer>().RunAsync(Cancel);

        var costs = await store.CostsAsync();
        Assert.Equal((8m, 2.5m), (costs["s"], costs["later"]));
        Assert.All(await store.RepricingsAsync(), r => Assert.NotNull(r.FinishedAt));
        Assert.Equal(10.5m, PicoDollars.ToUsd((await store.TracesAsync()).Single().Cost!.Value));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Stopped_in_the_middle_it_goes_on_where_it_was(DatabaseProvider provider)
    {
        const int traces = 60;
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        await store.WriteAsync([.. Enumerable.Range(0, traces).Select(i => ModelStore.Call($"t{i:00}", $"s{i:00}", "acme-1", ModelStore.Start + (i % 7)))]);
        await store.AddPriceAsync("acme-1", 2);

        var slices = 0;
        var row = Assert.Single(await store.RepricingsAsync());
        await Assert.ThrowsAsync<OperationCanceledException>(() => store.Get<Repricer>().RunAsync(row, Cancel, _ => { if (++slices == 2) throw new OperationCanceledException("killed"); }));

        var stopped = Assert.Single(await store.RepricingsAsync());
        var costs = await store.CostsAsync();
        Assert.Equal((stopped.Done, stopped.Changed), (costs.Values.Count(c => c == 2m), costs.Values.Count(c => c == 2m)));
        Assert.InRange(stopped.Changed, 2, traces - 1);
        Assert.Equal(RepricingState.Running, (await store.Get<ModelPriceManager>().RepricingsAsync(1, Cancel)).Single().State);
        await store.Store.WriteAsync((db, ct) => db.DirtyBuckets.ExecuteDeleteAsync(ct), Cancel);

        Assert.True(await store.Get<Repricer>().RunAsync(Cancel));

        Assert.All((await store.CostsAsync()).Values, c => Assert.Equal(2m, c));
        Assert.All(await store.TracesAsync(), t => Assert.Equal((2, 2m), (t.Version, PicoDollars.ToUsd(t.Cost!.Value)))); // once each
        var done = Assert.Single(await store.RepricingsAsync());
        Assert.Equal((traces, traces), (done.Done, done.Changed));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Beside_ingestion_nothing_is_lost(DatabaseProvider provider)
    {
        const int traces = 40;
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        await store.WriteAsync([.. Enumerable.Range(0, traces).Select(i => ModelStore.Call($"t{i:00}", $"a{i:00}", "acme-1"))]);

        // Half of the calls come while the price is corrected twice; each writes to a trace that is being priced again.
        var ingestion = Task.Run(
            async () =>
            {
                for (var i = 0; i < traces; i++)
                    await store.WriteAsync(ModelStore.Call($"t{i:00}", $"b{i:00}", "acme-1"), ModelStore.Call($"t{traces - 1 - i:00}", $"c{i:00}", "acme-1"));
            },
            Cancel);
        var price = await store.AddPriceAsync("acme-1", 2);
        var first = store.Get<Repricer>().RunAsync(Cancel);
        await store.Get<ModelPriceManager>().ChangeAsync(1, price.Id, default, new PriceTable { Input = 3 }, Cancel);
        await Task.WhenAll(first, ingestion);
        await store.Get<Repricer>().RunAsync(Cancel);

        var costs = await store.CostsAsync();
        Assert.Equal(3 * traces, costs.Count);
        Assert.All(costs.Values, c => Assert.Equal(3m, c));
        Assert.All(await store.TracesAsync(), t => Assert.Equal((3, 9m), (t.SpanCount, PicoDollars.ToUsd(t.Cost!.Value))));
    }

    [Fact]
    public async Task Of_several_processes_one_does_it()
    {
        await using var here = await ModelStore.CreateAsync(DatabaseProvider.Postgres, cluster);
        await using var there = await ModelStore.CreateAsync(DatabaseProvider.Postgres, cluster, null, ("ConnectionStrings:Postgres", here.Store.ConnectionString));
        await here.WriteAsync(ModelStore.Call("t", "s", "acme-1"));
        await here.AddPriceAsync("acme-1", 2);

        var ran = await Task.WhenAll(here.Get<Repricer>().RunAsync(Cancel), there.Get<Repricer>().RunAsync(Cancel));

        Assert.Single(ran, r => r);
        Assert.Equal(2m, (await here.CostsAsync())["s"]);
        Assert.Equal(1, Assert.Single(await here.RepricingsAsync()).Changed);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_failure_is_told_and_tried_again(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        await store.WriteAsync(ModelStore.Call("t", "s", "acme-1"));
        await store.AddPriceAsync("acme-1", 2);
        await store.Store.WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync("ALTER TABLE dirty_buckets RENAME TO gone", ct), Cancel);

        await store.Get<Repricer>().RunAsync(Cancel);
        var failed = Assert.Single(await store.Get<ModelPriceManager>().RepricingsAsync(1, Cancel));
        Assert.Equal(RepricingState.Failed, failed.State);
        Assert.Contains("dirty_buckets", failed.Error, StringComparison.Ordinal);
        Assert.Null((await store.CostsAsync())["s"]);

        await store.Store.WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync("ALTER TABLE gone RENAME TO dirty_buckets", ct), Cancel);
        await store.Get<Repricer>().RunAsync(Cancel);
        Assert.Equal((RepricingState.Done, null), (await store.Get<ModelPriceManager>().RepricingsAsync(1, Cancel)).Select(r => (r.State, r.Error)).Single());
        Assert.Equal(2m, (await store.CostsAsync())["s"]);
    }
}
