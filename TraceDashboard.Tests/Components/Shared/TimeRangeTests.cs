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

    [Fact]
    public void Readers_of_one_minute_ask_for_the_same_range()
    {
        var range = TimeRange.FromUri("http://localhost/?range=1h");

        Assert.Equal(new DateTimeOffset(2026, 11, 22, 16, 33, 0, TimeSpan.Zero), range.Resolve(Now).From);
        Assert.Equal(range.Resolve(Now), range.Resolve(Now.AddSeconds(20)));
    }
}
