using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Analytics;

public class OverviewQueriesTests(PostgresCluster cluster)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Sums_a_period_up_and_the_one_before_it(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await InsertAsync(
            fixture,
            Trace("slow", -10, milliseconds: 8_000, "prod", Call("gpt-4o", cost: 2m, tokens: 100)),
            Trace("failed", -20, milliseconds: 1_000, "prod", Call("gpt-4o", cost: 0.5m, tokens: 50), Call("local", cost: null, tokens: 7)),
            Trace("open", -30, milliseconds: null, "dev", Call("claude", cost: 1m, tokens: 10) with { Counted = false }),
            Trace("before", -70, milliseconds: 2_000, "prod", Call("gpt-4o", cost: 4m, tokens: 1)),
            Trace("long before", -121, milliseconds: 2_000, "prod", Call("gpt-4o", cost: 64m, tokens: 1)));
        await fixture.Store.InsertAsync(
        [
            .. Enumerable.Range(1, OverviewQueries.MaxTopTraces).Select(i => StoredRows.Trace(2, $"foreign {i}", t => (t.StartTime, t.EndTime, t.Cost) = (Nanos(-10), Nanos(50), 1L << 60))),
            RollupRefresherTests.Mark(2, Now.AddMinutes(-10)),
        ]);
        await RollupRefresherTests.RefreshAllAsync(fixture);
        await fixture.Store.InsertAsync(RollupRefresherTests.Mark(1, Now.AddMinutes(-3)), RollupRefresherTests.Mark(1, Now.AddMinutes(-3)), RollupRefresherTests.Mark(1, Now));

        var overview = await fixture.Get<OverviewQueries>().GetAsync(1, Now.AddHours(-1), Now, TimeSpan.Zero, null, Cancel);

        Assert.Equal((3, 1), (overview.Current.Traces, overview.Current.Errors));
        Assert.Equal((3, 1, 157L, 157L), (overview.Current.Calls, overview.Current.UnpricedCalls, overview.Current.TokensIn, overview.Current.TokensOut));
        Assert.Equal(2.5m, overview.Current.Cost);
        Assert.InRange(overview.Current.LatencyP50!.Value.TotalMilliseconds, 980, 1_020);
        Assert.Equal((1, 0, 4m), (overview.Previous.Traces, overview.Previous.Errors, overview.Previous.Cost));
        Assert.InRange(overview.Previous.LatencyP95!.Value.TotalMilliseconds, 1_960, 2_040);
        var traces = await fixture.Get<OverviewQueries>().TracesAsync(1, Now.AddHours(-1), Now, null, Cancel);
        Assert.Equal(["slow", "failed", "open"], traces.Slowest.Select(t => t.TraceId));
        Assert.Equal("slow", traces.MostExpensive[0].TraceId);
        Assert.Equal(new RollupLag(2, Now.AddMinutes(-3)), overview.Lag);

        Assert.Equal(TimeSpan.FromMinutes(1), overview.Bucket);
        Assert.Equal(60, overview.Series.Count);
        Assert.Equal(Now.AddHours(-1), overview.Series[0].Start);
        Assert.Equal((2m, 4m), (overview.Series[50].Totals.Cost, overview.Series[50].Previous.Cost));
        Assert.Equal(overview.Previous.Traces, overview.Series.Sum(p => p.Previous.Traces));
        Assert.Equal([new UnpricedModel("local", 1)], overview.UnpricedModels);
        Assert.Equal(overview.Current.Traces, overview.Series.Sum(p => p.Totals.Traces));
        Assert.Equal(overview.Current.Cost, overview.Series.Sum(p => p.Totals.Cost));

        var production = await fixture.Get<OverviewQueries>().GetAsync(1, Now.AddHours(-1), Now, TimeSpan.Zero, "prod", Cancel);
        var ofProduction = await fixture.Get<OverviewQueries>().TracesAsync(1, Now.AddHours(-1), Now, "prod", Cancel);
        Assert.Equal((2, "failed"), (production.Current.Traces, ofProduction.Slowest[^1].TraceId));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task What_has_no_price_is_unknown_and_not_free(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await InsertAsync(fixture, Trace("t", -10, 5, "prod", Call("local", cost: null, tokens: null), Call("local", cost: null, tokens: null)));
        await RollupRefresherTests.RefreshAllAsync(fixture);

        var overview = await fixture.Get<OverviewQueries>().GetAsync(1, Now.AddHours(-1), Now, TimeSpan.Zero, null, Cancel);

        Assert.Equal((2, 2, null, null), (overview.Current.Calls, overview.Current.UnpricedCalls, overview.Current.Cost, overview.Current.TokensIn));
        Assert.Null(overview.Series[50].Totals.Cost);
        Assert.Equal(0m, overview.Series[0].Totals.Cost);
        var model = Assert.Single(overview.CostByModel);
        Assert.Equal(("local", null, 2L), (model.Model, model.Total, model.UnpricedCalls));
        Assert.Equal((0, 0m, null), (overview.Previous.Traces, overview.Previous.Cost, overview.Previous.LatencyP50));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Six_models_have_a_series_and_the_others_share_one(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        await InsertAsync(fixture, [.. Enumerable.Range(1, 9).Select(i => Trace($"t{i}", -10 * i, 5, "prod", Call($"m{i}", cost: i, tokens: 1)))]);
        await RollupRefresherTests.RefreshAllAsync(fixture);

        var overview = await fixture.Get<OverviewQueries>().GetAsync(1, Now.AddHours(-3), Now, TimeSpan.Zero, null, Cancel);

        Assert.Equal(["m9", "m8", "m7", "m6", "m5", "m4", null], overview.CostByModel.Select(m => m.Model));
        Assert.Equal([9m, 8m, 7m, 6m, 5m, 4m, 6m], overview.CostByModel.Select(m => m.Total));
        Assert.All(overview.CostByModel, m => Assert.Equal(m.Total, m.Points.Sum()));
        Assert.All(overview.CostByModel, m => Assert.Equal(overview.Series.Count, m.Points.Count));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Days_begin_at_the_readers_midnight(DatabaseProvider provider)
    {
        await using var fixture = await CreateAsync(provider);
        var offset = new TimeSpan(5, 45, 0);
        var midnight = new DateTimeOffset(2026, 1, 1, 0, 0, 0, offset);
        await InsertAsync(
            fixture,
            Trace("eve", (midnight.AddMinutes(-1) - Now).TotalMinutes, 5, "prod"),
            Trace("new year", (midnight - Now).TotalMinutes, 5, "prod"));
        await RollupRefresherTests.RefreshAllAsync(fixture);

        var overview = await fixture.Get<OverviewQueries>().GetAsync(1, midnight.AddDays(-60), midnight.AddDays(20), offset, null, Cancel);

        Assert.Equal(TimeSpan.FromDays(1), overview.Bucket);
        Assert.Equal(80, overview.Series.Count);
        Assert.Equal([midnight.AddDays(-1), midnight], overview.Series.Where(p => p.Totals.Traces == 1).Select(p => p.Start));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Any_range_and_any_sums_are_three_commands_that_rank_no_traces(DatabaseProvider provider)
    {
        // No rollup holds more than 9.2 million dollars or 9.2e18 tokens, but sums over them do.
        await using var fixture = await CreateAsync(provider);
        var absurd = Call("m", cost: 9_000_000m, tokens: 1) with { Tokens = long.MaxValue };
        await InsertAsync(fixture, [.. Enumerable.Range(1, 20).Select(i => Trace($"t{i}", -20 * i, 5, "prod", absurd))]);
        await RollupRefresherTests.RefreshAllAsync(fixture);
        using var log = new CommandLog();

        foreach (var days in new[] { 0.01, 1, 30, 4_000 })
        {
            var overview = await fixture.Get<OverviewQueries>().GetAsync(1, Now.AddDays(-days), Now, TimeSpan.Zero, null, Cancel);

            var commands = log.Take();
            Assert.Equal(3, commands.Count);
            Assert.DoesNotContain(commands, c => c.Contains("end_time", StringComparison.Ordinal));
            Assert.InRange(overview.Series.Count, 10, 101);
            Assert.Equal(9_000_000m * overview.Current.Calls, overview.Current.Cost);
            Assert.Equal(overview.Current.Calls > 0, overview.Current.TokensIn > 0);
        }
    }

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(3, 60, 120)]
    [InlineData(6, 60, 300)]
    [InlineData(12, 900, 900)]
    [InlineData(24, 900, 900)]
    [InlineData(7 * 24, 900, 7_200)]
    [InlineData(30 * 24, 900, 43_200)]
    [InlineData(90 * 24, 900, 86_400)]
    [InlineData(365 * 24, 900, 604_800)]
    public void A_range_is_read_and_shown_in_buckets_that_suit_its_length(int hours, int read, int shown)
    {
        var buckets = OverviewBuckets.For(Now.AddHours(-hours), Now, TimeSpan.Zero, RollupBucket.MinuteHorizon(Now));

        Assert.Equal((read, shown), (buckets.Seconds, buckets.Size));
        Assert.InRange(buckets.Count, 36, OverviewBuckets.MaxCount + 1);
    }

    [Fact]
    public void Of_an_hour_whose_minutes_are_gone_the_quarters_are_shown()
    {
        var buckets = OverviewBuckets.For(Now.AddHours(-60.1), Now.AddHours(-59.1), TimeSpan.Zero, RollupBucket.MinuteHorizon(Now));

        Assert.Equal((900, 900L, 5), (buckets.Seconds, buckets.Size, buckets.Count));
        Assert.Equal(Now.AddHours(-60.25).ToUnixTimeSeconds(), buckets.From);
    }

    private static ModelCallRow Call(string model, decimal? cost, long? tokens) => new(model, cost, tokens, Counted: true);

    private static (TraceRow Trace, SpanRow[] Calls) Trace(string id, double minutes, long? milliseconds, string environment, params ModelCallRow[] calls)
    {
        var trace = StoredRows.Trace(1, id, t =>
        {
            t.StartTime = Nanos(minutes);
            t.EndTime = t.StartTime + (milliseconds * UnixNanos.PerMillisecond);
            (t.OpenSpanCount, t.Environment) = (milliseconds is null ? 1 : 0, environment);
            t.Status = (short)(id == "failed" ? SpanStatus.Error : SpanStatus.Unset);
            t.Cost = calls.Sum(c => c.Cost) is { } cost and > 0 ? PicoDollars.FromUsd(cost) : null;
        });
        return (trace, [.. calls.Select((c, i) => StoredRows.Span(trace, $"s{i}", s =>
        {
            (s.Kind, s.RequestModel, s.Counted) = ((short)SpanKind.Generation, c.Model, c.Counted);
            s.Cost = c.Cost is { } cost ? PicoDollars.FromUsd(cost) : null;
            (s.TokensInput, s.TokensOutput, s.UsageRule) = (c.Tokens, c.Tokens, c.Tokens is null ? null : (short)0);
        }))]);
    }

    private static long Nanos(double minutes) => UnixNanos.FromDateTimeOffset(Now.AddMinutes(minutes));

    private static async Task InsertAsync(StoreFixture fixture, params (TraceRow Trace, SpanRow[] Calls)[] traces)
    {
        foreach (var (trace, calls) in traces)
            await fixture.Store.InsertAsync([trace, .. calls, RollupRefresherTests.Mark(1, UnixNanos.ToDateTimeOffset(trace.StartTime))]);
    }

    private Task<StoreFixture> CreateAsync(DatabaseProvider provider) => StoreFixture.CreateAsync(
        provider, cluster, services => services.AddSearch().AddSingleton<RollupRefresher>().AddSingleton<OverviewQueries>().AddSingleton<TimeProvider>(new FakeTimeProvider(Now)));

    private sealed record ModelCallRow(string Model, decimal? Cost, long? Tokens, bool Counted);
}
