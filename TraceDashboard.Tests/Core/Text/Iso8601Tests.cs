using TraceDashboard.Core.Text;


namespace TraceDashboard.Tests.Core.Text;

public sealed class Iso8601Tests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("2026-01-31T12:00:00.123456789Z", 1769860800123456789)]
    [InlineData("2026-01-31T14:00:00.5+02:00", 1769860800500000000)]
    [InlineData("2026-01-31T12:00Z", 1769860800000000000)]
    [InlineData("2026-01-31T12:00:00.1234567891234Z", 1769860800123456789)]
    public void Reads_times_with_an_offset_to_the_nanosecond(string text, long expected)
    {
        Assert.True(Iso8601.TryParse(text, out var nanos));
        Assert.Equal(expected, nanos);
    }

    [Theory]
    [InlineData("2026-01-31T14:00:00.5 02:00", 1769860800500000000)]
    [InlineData("2026-01-31 14:00:00 02:00", 1769860800000000000)]
    [InlineData("2026-01-31T14:00:00+02:00", 1769860800000000000)]
    [InlineData("2026-01-31 12:00:00Z", 1769860800000000000)]
    public void Reads_the_plus_of_an_offset_that_a_query_has_as_a_space(string text, long expected)
    {
        Assert.True(Iso8601.TryParseQuery(text, out var nanos));
        Assert.Equal(expected, nanos);
    }

    [Theory]
    [InlineData("2026-01-31T14:00:00 02:00")]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31T12:00:00.Z")]
    [InlineData("2026-13-31T12:00:00Z")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2262-01-01T00:00:00Z")]
    [InlineData("1769860800000")]
    public void Refuses_what_is_not_a_moment(string text) => Assert.False(Iso8601.TryParse(text, out _));

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z")]
    [InlineData(1769860800500000000, "2026-01-31T12:00:00.500Z")]
    [InlineData(1769860800123456789, "2026-01-31T12:00:00.123456789Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999999Z")]
    public void Writes_what_it_read(long nanos, string expected) => Assert.Equal(expected, Iso8601.Format(nanos));
}
