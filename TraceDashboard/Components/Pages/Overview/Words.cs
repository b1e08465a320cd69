using System.Globalization;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Components.Pages.Overview;

/// <summary>What the overview says beside its figures.</summary>
/// <param name="length">Of the whole range.</param>
public sealed class Words(TimeRange range, TimeSpan length, TimeSpan bucket, TimeZoneInfo zone)
{
    // Beyond, the axis tells days and not hours.
    private static readonly TimeSpan Days = TimeSpan.FromDays(2);


    // While data comes in, the minute of the moment is always behind; that is no news.
    private const int UsualLagMinutes = 2;
    private const int UsualLagLoads = 3;

    /// <summary>The period that is compared: <c>the 24 hours before</c>.</summary>
    public string Period { get; } = range.Last is null ? "the period before" : "the " + range.Label()["Last ".Length..] + " before";

    /// <summary><c>3 902 in the 24 hours before</c>, or that there was nothing.</summary>
    public string Before(string value, double? number) => (number ?? 0) == 0 ? $"none in {Period}" : $"{value} in {Period}";

    public string ErrorRate(OverviewTotals now, OverviewTotals before) =>
        Rate(now) is not { } rate ? $"none in {Period}"
        : Rate(before) is { } earlier ? $"{Format.Percent(rate)} of traces, {Format.Percent(earlier)} in {Period}"
        : $"{Format.Percent(rate)} of traces";

    /// <summary>The difference as a share of what was before; null when there was nothing to compare with.</summary>
    public static double? Change(double? now, double? before) => now is { } n && before is { } b && b != 0 ? (n - b) / b : null;

    public static double? Rate(OverviewTotals totals) => totals.Traces > 0 ? (double)totals.Errors / totals.Traces : null;

    public static long? TotalTokens(OverviewTotals totals) =>
        totals.TokensIn is null && totals.TokensOut is null ? null : (totals.TokensIn ?? 0) + (totals.TokensOut ?? 0);

    public static string Tokens(OverviewTotals totals) => Format.Compact(TotalTokens(totals));

    public static string TokensExact(OverviewTotals totals) => $"{Format.Count(totals.TokensIn)} in, {Format.Count(totals.TokensOut)} out";

    public static string? CachedShare(OverviewTotals totals) =>
        totals is { TokensIn: > 0, TokensCached: > 0 } ? Format.Percent((double)totals.TokensCached / totals.TokensIn.Value) : null;

    public static string Unpriced(long calls) => calls == 1 ? "1 call of unknown cost" : $"{Format.Count(calls)} calls of unknown cost";

    public static string Share(decimal? part, decimal? whole) => part is { } p && whole is > 0 ? Format.Percent((double)(p / whole.Value)) : Format.Unknown;

    /// <summary>A lower bound when calls have no price.</summary>
    public static string TraceCost(TraceListItem trace) => (trace.IsCostLowerBound ? "≥ " : "") + Format.Usd(trace.Cost);

    public static string AxisUsd(decimal usd) => usd == decimal.Truncate(usd) ? "$" + Format.Compact((double)usd) : Format.UsdExact(usd);

    public static string AxisDuration(decimal seconds) => seconds switch
    {
        0 => "0",
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.###}{Format.Space}ms"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##}{Format.Space}s"),
        _ => Seconds(seconds),
    };

    public static string Seconds(decimal? seconds) => Format.Duration(seconds is { } s ? TimeSpan.FromTicks((long)(s * TimeSpan.TicksPerSecond)) : null);

    /// <summary>That the sums are behind; null when they are not, or only as much as is usual while data comes in.</summary>
    /// <param name="loads">How many times in a row they were behind.</param>
    public static string? Lag(RollupLag lag, int loads, TimeZoneInfo zone) =>
        lag is { Minutes: > UsualLagMinutes, Oldest: { } oldest } && loads > UsualLagLoads
            ? $"{Format.Count(lag.Minutes)} minutes of data are still being added up, the earliest from {Time(TimeZoneInfo.ConvertTime(oldest, zone))} on {Date(TimeZoneInfo.ConvertTime(oldest, zone))}. Totals and charts will grow; the lists of traces are complete."
            : null;

    /// <summary>A bucket below the axis; empty within the days of a long range.</summary>
    public string Tick(OverviewPoint point)
    {
        var start = Local(point.Start);
        if (start.TimeOfDay == TimeSpan.Zero || bucket >= TimeSpan.FromDays(1))
            return Date(start);
        return length > Days ? "" : Time(start);
    }

    /// <summary>A bucket in full: <c>22 Nov 14:00 – 14:30</c>, <c>Sun 22 Nov</c>, <c>16 Nov – 22 Nov</c>.</summary>
    public string Bucket(OverviewPoint point)
    {
        var start = Local(point.Start);
        var end = Local(point.Start + bucket);
        if (bucket == TimeSpan.FromDays(1))
            return start.ToString("ddd d MMM", CultureInfo.InvariantCulture);
        return bucket > TimeSpan.FromDays(1) ? $"{Date(start)} – {Date(end.AddDays(-1))}" : $"{Date(start)} {Time(start)} – {Time(end)}";
    }

    private static string Date(DateTimeOffset time) => time.ToString("d MMM", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);

    private DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, zone);
}
