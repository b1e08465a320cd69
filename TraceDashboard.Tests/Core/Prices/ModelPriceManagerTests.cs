using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Prices;

public sealed class ModelPriceManagerTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset s_june = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task A_price_keeps_its_history_and_prices_what_arrives_at_once(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster);
        await store.WriteAsync(ModelStore.Call("t", "before", "acme-1"));

        var price = await store.AddPriceAsync("acme-*", 1, ModelMatch.Glob);
        await store.WriteAsync(ModelStore.Call("t", "first", "acme-1"));
        var manager = store.Get<ModelPriceManager>();
        var table = new PriceTable { Input = 2, LongContext = [new LongContextPrices { Over = 128_000, Input = 3 }], Batch = new TokenPrices { Input = 0.5m } };
        var changed = await manager.ChangeAsync(1, price.Id, new Period(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), s_june), table, Cancel);
        await store.WriteAsync(ModelStore.Call("t", "second", "acme-1"));
        var ended = await manager.EndAsync(1, price.Id, DateTimeOffset.UnixEpoch, Cancel);
        await store.WriteAsync(ModelStore.Call("t", "third", "acme-1"));

        var costs = await store.CostsAsync();
        Assert.Equal((null, 1m, 3m, null), (costs["before"], costs["first"], costs["second"], costs["third"]));
        Assert.Empty(ended!.Price!.Versions.SelectMany(v => v.Periods));
        Assert.Equal([1, 2], changed!.Price!.Versions.SelectMany(v => v.Periods, (v, p) => (v.Number, p.From)).OrderBy(p => p.From).Select(p => p.Number).Distinct());

        var listed = Assert.Single(await manager.ListAsync(1, Cancel));
        Assert.Equal(("acme-*", ModelMatch.Glob, 3), (listed.Model, listed.Match, listed.Versions.Count));
        Assert.Equal((3, 0.5m, 128_000), (listed.Versions[1].Prices!.LongContext![0].Input, listed.Versions[1].Prices!.Batch!.Input, listed.Versions[1].Prices!.LongContext![0].Over));
        Assert.Equal(3, (await store.RepricingsAsync()).Count);
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_is_wrong_is_told_by_field_and_nothing_is_stored(DatabaseProvider provider)
    {
        await using var store = await ModelStore.CreateAsync(provider, cluster, services => services.Configure<PricingOptions>(o => (o.MaxPrices, o.MaxVersions) = (2, 2)));
        var manager = store.Get<ModelPriceManager>();
        var first = await store.AddPriceAsync("a", 1);

        Assert.Equal("prices: must have at least one price; model: must name the model, in 1 to 200 characters; validTo: must be later than validFrom", await RefusedAsync(" ", ModelMatch.Exact, new Period(s_june, s_june), null));
        Assert.StartsWith("model: is not a regular expression: ", await RefusedAsync("(", ModelMatch.Regex), StringComparison.Ordinal);
        Assert.StartsWith("model: is a regular expression that needs backtracking", await RefusedAsync("(?=a)", ModelMatch.Regex), StringComparison.Ordinal);
        Assert.Equal($"model: has the price {first.Id} already; change that one", await RefusedAsync("A", ModelMatch.Exact));
        Assert.Equal("validFrom: must not be after the year 2261; validTo: must be in the years 1970 to 2261", await RefusedAsync("c", ModelMatch.Exact, new Period(s_june.AddYears(300), s_june.AddYears(301))));
        Assert.Equal("validTo: must be in the years 1970 to 2261", await RefusedAsync("c", ModelMatch.Exact, new Period(null, s_june.AddYears(-1000))));
        await store.AddPriceAsync("b", 1);
        Assert.Equal("model: the project has 2 prices, as many as Pricing:MaxPrices allows", await RefusedAsync("c", ModelMatch.Exact));
        Assert.NotNull((await manager.ChangeAsync(1, first.Id, default, new PriceTable { Input = 2 }, Cancel))!.Price);
        Assert.Equal("the price has 2 versions, as many as Pricing:MaxVersions allows", (await manager.EndAsync(1, first.Id, s_june, Cancel))!.Errors["prices"].Single());
        Assert.Null(await manager.ChangeAsync(2, first.Id, default, new PriceTable { Input = 2 }, Cancel));
        Assert.Null(await manager.EndAsync(2, first.Id, s_june, Cancel));
        Assert.Equal(3, (await store.RepricingsAsync()).Count);

        async Task<string> RefusedAsync(string model, ModelMatch match, Period valid = default, decimal? usd = 1)
        {
            var result = await manager.AddAsync(1, new ModelPriceDraft(model, match, null, valid, usd is null ? null : new PriceTable { Input = usd }), Cancel);
            Assert.Null(result.Price);
            return string.Join("; ", result.Errors.OrderBy(e => e.Key != "prices").ThenBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}: {string.Join(", ", e.Value)}"));
        }
    }

    [Fact]
    public async Task Another_process_knows_of_a_correction_within_a_second()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var here = await ModelStore.CreateAsync(DatabaseProvider.Postgres, cluster);
        await using var there = await ModelStore.CreateAsync(
            DatabaseProvider.Postgres, cluster, services => services.AddSingleton<TimeProvider>(time), ("ConnectionStrings:Postgres", here.Store.ConnectionString));
        await there.WriteAsync(ModelStore.Call("t", "before", "acme-1"));
        var books = there.Get<PriceBooks>();
        var known = await books.CurrentAsync(Cancel);

        await here.AddPriceAsync("acme-1", 1);
        Assert.Same(known, await books.CurrentAsync(Cancel));
        time.Advance(PriceBooks.Lifetime);
        await there.WriteAsync(ModelStore.Call("t", "after", "acme-1"));

        var costs = await here.CostsAsync();
        Assert.Equal((null, 1m), (costs["before"], costs["after"]));
        time.Advance(PriceBooks.Lifetime);
        known = await books.CurrentAsync(Cancel);
        time.Advance(PriceBooks.Lifetime);
        Assert.Same(known, await books.CurrentAsync(Cancel)); // read again only when something changed
    }
}
