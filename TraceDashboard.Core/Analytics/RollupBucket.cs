namespace TraceDashboard.Core.Analytics;

/// <summary>The lengths of time that are rolled up, in seconds since the Unix epoch.</summary>
internal static class RollupBucket
{
    public const int Minute = 60;

    /// <summary>Every time zone's day is a whole number of them.</summary>
    public const int Quarter = 900;

    /// <summary><see cref="Storage.RollupRow.Kind"/> of the rows that count whole traces.</summary>
    public const short Traces = -1;

    /// <summary>How long minutes are kept. Not a setting: were it made longer, quarters would be summed up from minutes that are gone.</summary>
    private static readonly TimeSpan s_minuteRetention = TimeSpan.FromHours(48);

    /// <summary>Start of the first quarter of an hour whose minutes are kept.</summary>
    public static long MinuteHorizon(DateTimeOffset now) => Ceiling((now - s_minuteRetention).ToUnixTimeSeconds(), Quarter);

    public static long Floor(long value, long length) => value - (((value % length) + length) % length);

    public static long Ceiling(long value, long length) => Floor(value + length - 1, length);
}
