using System.Globalization;
using TraceDashboard.Components.Shared;

namespace TraceDashboard.Tests.Components.Shared;

public sealed class TimeRangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 17, 33, 21, TimeSpan.Zero);

    [Theory]
    [InlineData("", "Last 24 hours", null)]
    [InlineData("?range=6h", "Last 6 hours", "6h")]
    [InlineData("?range=15m", "Last 15 minutes", "15m")]
    [InlineData("?range=60m", "Last hour", "1h")]
    [InlineData("?range=24h", "Last 24 hours", null)]
    [InlineData("?range=30d", "Last 30 days", "30d")]
    [InlineData("?range=0h", "Last 24 hours", null)]
    [InlineData("?range=six", "Last 24 hours", null)]
    public void A_length_is_read_from_the_URL_and_written_back(string query, string label, string? written)
    {
        var range = TimeRange.FromUri("http://localhost/traces" + query);

        Assert.Equal(label, range.Label());
        Assert.Equal(written, range.ToQuery()["range"]);
        Assert.True(range.IsOpen);
    }

    [Fact]
    public void Fixed_ends_survive_the_URL()
    {
        var range = new TimeRange { From = Now.AddDays(-1), To = Now };
        var query = string.Join('&', range.ToQuery().Where(p => p.Value is not null).Select(p => $"{p.Key}={p.Value}"));

        Assert.Equal("from=2026-11-21T17:33:21Z&to=2026-11-22T17:33:21Z", query);
        Assert.Equal(range, TimeRange.FromUri("http://localhost/?" + query));
        Assert.Equal((range.From, range.To), range.Resolve(Now));
        Assert.False(range.IsOpen);
    }

    [Fact]
    public void Ends_in_the_wrong_order_are_swapped()
    {
        var range = TimeRange.FromUri("http://localhost/?from=2026-11-22T00:00Z&to=2026-11-21T00:00Z");

        Assert.Equal(new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero), range.From);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero), range.To);
    }

    [Theory]
    [InlineData("15m", "2026-11-22T17:18Z", 60)]
    [InlineData("1h", "2026-11-22T16:33Z", 60)]
    [InlineData("6h", "2026-11-22T11:30Z", 300)]
    [InlineData("1d", "2026-11-21T17:30Z", 900)]
    [InlineData("7d", "2026-11-15T17:00Z", 3_600)]
    [InlineData("30d", "2026-10-23T12:00Z", 21_600)]
    public void A_relative_range_moves_with_the_clock_in_steps_that_are_the_same_for_all_readers(string length, string from, int step)
    {
        var range = TimeRange.FromUri($"http://localhost/?range={length}");
        var first = range.Resolve(Now).From!.Value;

        Assert.Equal(DateTimeOffset.Parse(from, CultureInfo.InvariantCulture), first);
        Assert.Equal(first, range.Resolve(first + range.Last!.Value).From);
        Assert.Equal(first, range.Resolve(first + range.Last.Value + TimeSpan.FromSeconds(step - 1)).From);
        Assert.Equal(first.AddSeconds(step), range.Resolve(first + range.Last.Value + TimeSpan.FromSeconds(step)).From);
    }
}
