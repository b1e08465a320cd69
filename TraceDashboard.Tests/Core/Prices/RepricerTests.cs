using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
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

    // A catalogue that came with a new version: gpt-4o costs 2.50 in it.
    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Stored_costs_stay_when_a_new_catalogue_comes_until_calls_are_priced_again(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        var manager = store.Get<ModelPriceManager>();
        await store.AddPriceAsync("acme-1", 7);
        await store.WriteAsync(ModelStore.Call("t1", "open", "gpt-4o"), ModelStore.Call("t1", "own", "acme-1"), ModelStore.Call("t2", "reported", "gpt-4o", reported: 5), ModelStore.Call("t2", "new", "nobody-knew"));
        await store.Get<Repricer>().RunAsync(Cancel);
        await store.Store.WriteAsync(
            async (db, ct) =>
            {
                await db.Spans.Where(s => s.SpanId == "open").ExecuteUpdateAsync(set => set.SetProperty(s => s.PriceKey, "2025-01-01/openai/gpt-4o").SetProperty(s => s.Cost, PicoDollars.FromUsd(4m)), ct);
                return await db.Projects.Where(p => p.Id == 1).ExecuteUpdateAsync(set => set.SetProperty(p => p.PricedWith, "2025-01-01"), ct);
            },
            Cancel);
        var late = ModelStore.Call("t1", "open", "gpt-4o");
        (late.Name, late.Hash) = ("late news", 4711);

        await store.WriteAsync(late);

        Assert.Equal(4m, (await store.CostsAsync())["open"]);
        Assert.Equal(11m, PicoDollars.ToUsd((await store.TracesAsync())[0].Cost!.Value));
        Assert.Equal((true, "2025-01-01"), ((await manager.CatalogueAsync(1, Cancel)).IsNewer, (await manager.CatalogueAsync(1, Cancel)).PricedWith));

        await manager.RepriceAsync(1, Cancel);
        await manager.RepriceAsync(1, Cancel);
        Assert.True(await store.Get<Repricer>().RunAsync(Cancel));

        var costs = await store.CostsAsync();
        Assert.Equal((2.5m, 7m, 5m, (decimal?)null), (costs["open"], costs["own"], costs["reported"], costs["new"]));
        Assert.Equal(9.5m, PicoDollars.ToUsd((await store.TracesAsync())[0].Cost!.Value));
        Assert.False((await manager.CatalogueAsync(1, Cancel)).IsNewer);
        Assert.Equal((CatalogueUse.Keys + "2026-07-24", 1L), (await manager.RepricingsAsync(1, Cancel)).Select(r => (r.PriceId, r.Changed)).First());
    }

    // What the layers know together has a price; neither has one alone.
    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_call_of_two_layers_follows_a_corrected_price(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        var outer = ModelStore.Call("t", "outer", "gpt-4o");
        (outer.ResponseId, outer.Usage, outer.RequestModel) = ("r", new TokenUsage { Input = 600_000, CacheRead = 400_000 }, null);
        var inner = ModelStore.Call("t", "inner", "gpt-4o");
        (inner.ResponseId, inner.ParentSpanId, inner.Usage) = ("r", "outer", null);
        await store.WriteAsync(outer, inner);
        Assert.Equal(2m, PicoDollars.ToUsd((await store.TracesAsync()).Single().Cost!.Value));

        await store.AddPriceAsync("gpt-4o", 3);
        await store.Get<Repricer>().RunAsync(Cancel);

        Assert.Equal(3m, PicoDollars.ToUsd((await store.TracesAsync()).Single().Cost!.Value));
        Assert.Equal((null, null), ((await store.CostsAsync())["outer"], (await store.CostsAsync())["inner"]));
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
