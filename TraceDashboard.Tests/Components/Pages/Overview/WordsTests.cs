using TraceDashboard.Components.Pages.Overview;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Components.Pages.Overview;

public class WordsTests
{
    private static readonly TimeZoneInfo s_berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly OverviewTotals s_none = new();

    [Fact]
    public void Names_the_period_that_is_compared()
    {
        Assert.Equal("3 902 in the 24 hours before", Plain(Of(TimeRange.Default).Before(Format.Count(3902), 3902)));
        Assert.Equal("none in the 6 hours before", Of(new TimeRange { Last = TimeSpan.FromHours(6) }).Before("—", null));
        Assert.Equal("the period before", Of(new TimeRange { From = DateTimeOffset.UnixEpoch }).Period);
    }

    [Fact]
    public void Compares_error_rates_and_not_numbers_of_errors()
    {
        var now = new OverviewTotals { Traces = 200, Errors = 8 };
        var before = new OverviewTotals { Traces = 50, Errors = 4 };
        var words = Of(TimeRange.Default);

        Assert.Equal("4 % of traces, 8 % in the 24 hours before", Plain(words.ErrorRate(now, before)));
        Assert.Equal("4 % of traces", Plain(words.ErrorRate(now, s_none)));
        Assert.Equal("none in the 24 hours before", words.ErrorRate(s_none, s_none));
        Assert.Equal(-0.5, Words.Change(Words.Rate(now), Words.Rate(before)));
    }

    [Theory]
    [InlineData(3d, 2d, 0.5)]
    [InlineData(0d, 2d, -1d)]
    [InlineData(3d, 0d, null)]
    [InlineData(3d, null, null)]
    [InlineData(null, 2d, null)]
    public void There_is_no_change_without_two_figures(double? now, double? before, double? change) =>
        Assert.Equal(change, Words.Change(now, before));

    [Fact]
    public void Unknown_tokens_are_not_none()
    {
        Assert.Equal("—", Words.Tokens(new OverviewTotals { Calls = 3 }));
        Assert.Equal("0", Words.Tokens(new OverviewTotals { TokensIn = 0, TokensOut = 0 }));
        Assert.Equal("41 %", Plain(Words.CachedShare(new OverviewTotals { TokensIn = 1000, TokensCached = 410 })!));
        Assert.Null(Words.CachedShare(new OverviewTotals { TokensIn = 1000 }));
    }

    [Fact]
    public void A_cost_with_unpriced_calls_is_a_lower_bound()
    {
        Assert.Equal("≥ $1.50", Words.TraceCost(Trace(1.5m, unpriced: 2)));
        Assert.Equal("$1.50", Words.TraceCost(Trace(1.5m, unpriced: 0)));
        Assert.Equal("—", Words.TraceCost(Trace(null, unpriced: 2)));
    }

    [Theory]
    [InlineData("0", "$0")]
    [InlineData("0.00001", "$0.00001")]
    [InlineData("0.2", "$0.20")]
    [InlineData("0.25", "$0.25")]
    [InlineData("100", "$100")]
    [InlineData("2500", "$2.5k")]
    public void Axis_of_money(string usd, string text) =>
        Assert.Equal(text, Words.AxisUsd(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0.25", "250 ms")]
    [InlineData("7.5", "7.5 s")]
    [InlineData("20", "20 s")]
    [InlineData("100", "1 m 40 s")]
    public void Axis_of_durations(string seconds, string text) =>
        Assert.Equal(text, Plain(Words.AxisDuration(decimal.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture))));

    [Fact]
    public void Buckets_are_told_on_the_readers_clock()
    {
        var point = Point(new DateTimeOffset(2026, 11, 21, 23, 0, 0, TimeSpan.Zero));
        var later = Point(new DateTimeOffset(2026, 11, 22, 13, 0, 0, TimeSpan.Zero));

        var day = new Words(TimeRange.Default, TimeSpan.FromDays(1), TimeSpan.FromMinutes(30), s_berlin);
        Assert.Equal(("22 Nov", "14:00"), (day.Tick(point), day.Tick(later)));
        Assert.Equal("22 Nov 14:00 – 14:30", day.Bucket(later));

        var week = new Words(TimeRange.Default, TimeSpan.FromDays(7), TimeSpan.FromHours(2), s_berlin);
        Assert.Equal(("22 Nov", ""), (week.Tick(point), week.Tick(later)));

        var month = new Words(TimeRange.Default, TimeSpan.FromDays(90), TimeSpan.FromDays(1), s_berlin);
        Assert.Equal(("22 Nov", "Sun 22 Nov"), (month.Tick(point), month.Bucket(point)));
        Assert.Equal("22 Nov – 28 Nov", new Words(TimeRange.Default, TimeSpan.FromDays(365), TimeSpan.FromDays(7), s_berlin).Bucket(point));
    }

    [Fact]
    public void Says_that_sums_are_behind_only_when_they_stay_so()
    {
        var lag = new RollupLag(1_200, new DateTimeOffset(2026, 11, 21, 23, 4, 0, TimeSpan.Zero));

        Assert.StartsWith("1 200 minutes of data are still being added up, the earliest from 00:04 on 22 Nov.", Plain(Words.Lag(lag, loads: 4, s_berlin)!), StringComparison.Ordinal);
        Assert.Null(Words.Lag(lag, loads: 1, s_berlin));
        Assert.Null(Words.Lag(lag with { Minutes = 1 }, loads: 100, s_berlin));
        Assert.Null(Words.Lag(default, loads: 100, s_berlin));
    }

    private static Words Of(TimeRange range) => new(range, TimeSpan.FromDays(1), TimeSpan.FromMinutes(30), TimeZoneInfo.Utc);

    private static OverviewPoint Point(DateTimeOffset start) => new(start, s_none, s_none);

    private static TraceListItem Trace(decimal? cost, int unpriced) => new()
    {
        TraceId = "t",
        StartTime = default,
        OrderTime = default,
        Status = SpanStatus.Ok,
        Activity = default,
        Environment = "",
        Version = 1,
        Cost = cost,
        UnpricedCalls = unpriced,
    };

    private static string Plain(string text) => text.Replace(Format.Thin, ' ').Replace(Format.Space, ' ');
}
