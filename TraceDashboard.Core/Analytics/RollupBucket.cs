namespace TraceDashboard.Core.Analytics;

/// <summary>The lengths of time that are rolled up, in seconds since the Unix epoch.</summary>
internal static class RollupBucket
{
    public const int Minute = 60;

    /// <summary>Every time zone's day is a whole number of them.</summary>
    public const int Quarter = 900;

    /// <summary><see cref="Storage.RollupRow.Kind"/> of the rows that count whole traces.</summary>
    public const short Traces = -1;

    public static long Floor(long value, long length) => value - (((value % length) + length) % length);

    public static long Ceiling(long value, long length) => Floor(value + length - 1, length);
}
