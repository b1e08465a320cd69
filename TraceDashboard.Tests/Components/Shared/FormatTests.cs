using System.Globalization;
using TraceDashboard.Components.Shared;

namespace TraceDashboard.Tests.Components.Shared;

public sealed class FormatTests
{
    [Theory]
    [InlineData(null, "—")]
    [InlineData(0d, "0 ms")]
    [InlineData(0.0000004, "0.40 µs")]
    [InlineData(0.0000421, "42.1 µs")]
    [InlineData(0.009, "9.00 ms")]
    [InlineData(0.0421, "42.1 ms")]
    [InlineData(0.212, "212 ms")]
    [InlineData(0.9994, "999 ms")]
    [InlineData(0.9996, "1.00 s")]
    [InlineData(9.42, "9.42 s")]
    [InlineData(9.996, "10.0 s")]
    [InlineData(31d, "31.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "1 m 0 s")]
    [InlineData(252d, "4 m 12 s")]
    [InlineData(3599.6, "1 h 0 m")]
    [InlineData(7500d, "2 h 5 m")]
    [InlineData(273_600d, "3 d 4 h")]
    [InlineData(-0.212, "−212 ms")]
    public void Durations_have_three_significant_digits_or_two_units(double? seconds, string text) =>
        Assert.Equal(text, Plain(Format.Duration(seconds is { } s ? TimeSpan.FromTicks((long)Math.Round(s * TimeSpan.TicksPerSecond)) : null)));

    [Theory]
    [InlineData(null, "—")]
    [InlineData("0", "$0")]
    [InlineData("0.0000000012", "$0.0000000012")]
    [InlineData("0.00001234", "$0.000012")]
    [InlineData("0.00027", "$0.00027")]
    [InlineData("0.0027", "$0.0027")]
    [InlineData("0.18712", "$0.1871")]
    [InlineData("0.5", "$0.5000")]
    [InlineData("0.99996", "$1.00")]
    [InlineData("1.912", "$1.91")]
    [InlineData("4812.07", "$4 812.07")]
    [InlineData("1234567.895", "$1 234 567.90")]
    [InlineData("-12.5", "−$12.50")]
    public void Dollars_have_as_many_digits_as_they_need(string? amount, string text) =>
        Assert.Equal(text, Plain(Format.Usd(amount is null ? null : decimal.Parse(amount, CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData("3", "$3.00")]
    [InlineData("0.075", "$0.075")]
    [InlineData("0.003252", "$0.003252")]
    public void Ledgers_show_every_digit(string amount, string text) =>
        Assert.Equal(text, Plain(Format.UsdExact(decimal.Parse(amount, CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData(null, "—")]
    [InlineData(0L, "0")]
    [InlineData(940L, "940")]
    [InlineData(2_118L, "2 118")]
    [InlineData(1_234_567L, "1 234 567")]
    [InlineData(-48_210L, "−48 210")]
    public void Thousands_are_set_apart_by_thin_spaces(long? count, string text)
    {
        Assert.Equal(text, Plain(Format.Count(count)));
        Assert.DoesNotContain(' ', Format.Count(count));
    }

    [Theory]
    [InlineData(0d, "0")]
    [InlineData(940d, "940")]
    [InlineData(999.6, "1k")]
    [InlineData(12_440d, "12.4k")]
    [InlineData(207_300d, "207k")]
    [InlineData(3_070_000d, "3.07M")]
    public void Axes_get_short_numbers(double value, string text) => Assert.Equal(text, Format.Compact(value));

    [Theory]
    [InlineData(0.437, "44 %")]
    [InlineData(0.044, "4.4 %")]
    [InlineData(0d, "0 %")]
    [InlineData(double.NaN, "—")]
    public void Shares_are_percent(double share, string text) => Assert.Equal(text, Plain(Format.Percent(share)));

    [Theory]
    [InlineData(0.23, "+23 %")]
    [InlineData(-0.061, "−6.1 %")]
    [InlineData(double.PositiveInfinity, "—")]
    public void Changes_carry_their_sign(double share, string text) => Assert.Equal(text, Plain(Format.Change(share)));

    [Theory]
    [InlineData(-2, "now")]
    [InlineData(0.4, "now")]
    [InlineData(12, "12 s")]
    [InlineData(150, "2 min")]
    [InlineData(3 * 3600, "3 h")]
    [InlineData(5 * 86400, "5 d")]
    [InlineData(31 * 86400, "22 Oct")]
    [InlineData(400 * 86400, "Oct 2025")]
    public void Ages_are_short(double seconds, string text)
    {
        var now = new DateTimeOffset(2026, 11, 22, 17, 0, 0, TimeSpan.Zero);
        Assert.Equal(text, Plain(Format.Ago(now.AddSeconds(-seconds), now)));
    }

    [Fact]
    public void The_exact_time_is_on_the_readers_clock()
    {
        var time = new DateTimeOffset(2026, 11, 22, 16, 33, 21, 42, TimeSpan.Zero);

        Assert.Equal("22 Nov 2026", Plain(Format.Day(time)));
        Assert.Equal("23 Nov 2026", Plain(Format.Day(time, TimeZoneInfo.FindSystemTimeZoneById("Pacific/Auckland"))));
        Assert.Equal("22 Nov 2026 16:33:21.042 UTC", Format.Exact(time));
        Assert.Equal("22 Nov 2026 17:33:21.042 UTC+01:00", Format.Exact(time, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));
    }

    [Theory]
    [InlineData(512L, "512 B")]
    [InlineData(2_400L, "2.40 kB")]
    [InlineData(31_000_000L, "31.0 MB")]
    public void Sizes_are_powers_of_a_thousand(long bytes, string text) => Assert.Equal(text, Plain(Format.Bytes(bytes)));

    private static string Plain(string text) => text.Replace(Format.Thin, ' ').Replace(Format.Space, ' ');
}
