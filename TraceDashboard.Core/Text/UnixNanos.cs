namespace TraceDashboard.Core.Text;

/// <summary>Conversions between nanoseconds since the Unix epoch, as stored, and .NET's times of 100 ns.</summary>
public static class UnixNanos
{
    public const long PerSecond = 1_000_000_000;
    public const long PerMillisecond = 1_000_000;

    public static long FromDateTimeOffset(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

    public static long? FromDateTimeOffset(DateTimeOffset? time) => time is { } known ? FromDateTimeOffset(known) : null;

    /// <summary>Of a protocol that counts in unsigned numbers: null for 0, which says that nothing is known, and for what no clock shows.</summary>
    public static long? FromUnsigned(ulong nanos) => nanos is > 0 and <= long.MaxValue ? (long)nanos : null;

    public static DateTimeOffset ToDateTimeOffset(long nanos) => DateTimeOffset.UnixEpoch.AddTicks(nanos / 100);

    public static DateTimeOffset? ToDateTimeOffset(long? nanos) => nanos is { } known ? ToDateTimeOffset(known) : null;

    public static TimeSpan ToTimeSpan(long nanos) => TimeSpan.FromTicks(nanos / 100);

    public static long FromTimeSpan(TimeSpan span) => span.Ticks * 100;

    public static long GetUnixNanos(this TimeProvider time) => FromDateTimeOffset(time.GetUtcNow());
}

/// <summary>Conversions between USD and the pico-dollars (1e-12) that are stored.</summary>
public static class PicoDollars
{
    private const decimal PerDollar = 1_000_000_000_000m;

    /// <summary>Rounds to the nearest pico-dollar; amounts outside of ±9.2 million dollars are clamped.</summary>
    public static long FromUsd(decimal usd) =>
        (long)Math.Clamp(Math.Round(Math.Clamp(usd, -9_000_000m, 9_000_000m) * PerDollar, MidpointRounding.ToEven), long.MinValue, long.MaxValue);

    public static decimal ToUsd(decimal pico) => pico / PerDollar;
}
