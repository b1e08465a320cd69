namespace TraceDashboard.Core.Analytics;

/// <summary>How a range is cut into buckets of a time series. All times are seconds since the Unix epoch.</summary>
/// <param name="From">Start of the range, on a bucket of the rollups.</param>
/// <param name="Seconds">Length of the rollups that are read.</param>
/// <param name="Size">Length of a bucket of the series.</param>
/// <param name="Shift">What to add to a time so that the reader's buckets begin at multiples of their size.</param>
internal readonly record struct OverviewBuckets(long From, long To, int Seconds, long Size, long Shift)
{
    /// <summary>Most buckets of a series.</summary>
    public const int MaxCount = 100;

    private const int Hour = 3600;
    private const int Day = 24 * Hour;
    private const int Week = 7 * Day;

    private static readonly long[] s_sizes = [60, 120, 300, RollupBucket.Quarter, 1800, Hour, 2 * Hour, 3 * Hour, 6 * Hour, 12 * Hour, Day, Week];

    public long Length => To - From;

    public long PreviousFrom => From - Length;

    public int Count => (int)(Slot(To - 1) - Slot(From) + 1);

    public static OverviewBuckets For(DateTimeOffset from, DateTimeOffset to, TimeSpan utcOffset, long minuteHorizon)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        var length = (to - from).TotalSeconds;
        var size = Array.Find(s_sizes, s => length / s < MaxCount);
        if (size == 0)
        {
            for (size = 2 * Week; length / size >= MaxCount;)
                size *= 2;
        }

        var start = from.ToUnixTimeSeconds();
        var seconds = size < RollupBucket.Quarter && start - length >= minuteHorizon ? RollupBucket.Minute : RollupBucket.Quarter;
        size = Math.Max(size, seconds);

        // Weeks begin on Monday; the epoch was a Thursday.
        var shift = (long)utcOffset.TotalSeconds + (size >= Week ? 3 * Day : 0);
        var end = (long)Math.Ceiling((to - DateTimeOffset.UnixEpoch).TotalSeconds);
        return new OverviewBuckets(RollupBucket.Floor(start, seconds), RollupBucket.Ceiling(end, seconds), seconds, size, shift);
    }

    /// <summary>Number of the bucket that a time is in; those of the series are consecutive.</summary>
    public long Slot(long time) => RollupBucket.Floor(time + Shift, Size) / Size;

    public DateTimeOffset StartOf(long slot) => DateTimeOffset.FromUnixTimeSeconds((slot * Size) - Shift);
}
