using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace TraceDashboard.Components.Shared;

/// <summary>
/// The span of time that a page shows, as its URL says it: <c>range=6h</c> counts back from now and goes on with the clock,
/// <c>from=…&amp;to=…</c> (ISO 8601) stands still.
/// </summary>
public sealed record TimeRange
{
    public static readonly TimeRange Default = new() { Last = TimeSpan.FromDays(1) };

    private static readonly (TimeSpan From, TimeSpan Step)[] s_steps =
    [
        (TimeSpan.Zero, TimeSpan.FromMinutes(1)),
        (TimeSpan.FromHours(6), TimeSpan.FromMinutes(5)),
        (TimeSpan.FromDays(1), TimeSpan.FromMinutes(15)),
        (TimeSpan.FromDays(7), TimeSpan.FromHours(1)),
        (TimeSpan.FromDays(30), TimeSpan.FromHours(6)),
    ];

    /// <summary>What the picker offers.</summary>
    public static IReadOnlyList<TimeRange> Presets { get; } =
    [
        new() { Last = TimeSpan.FromMinutes(15) },
        new() { Last = TimeSpan.FromHours(1) },
        new() { Last = TimeSpan.FromHours(6) },
        Default,
        new() { Last = TimeSpan.FromDays(7) },
        new() { Last = TimeSpan.FromDays(30) },
    ];

    /// <summary>The length of a range that ends now; null for one with fixed ends.</summary>
    public TimeSpan? Last { get; init; }

    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive; null means until now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Whether what happens now is inside.</summary>
    public bool IsOpen => To is null;

    /// <summary>Reads the range of a URL. What cannot be read counts as absent, so that an old or mistyped link still opens.</summary>
    public static TimeRange FromUri(string uri)
    {
        var query = QueryHelpers.ParseQuery(new Uri(uri).Query);
        if (query.TryGetValue("range", out var range) && TryParseLength(range.ToString(), out var length))
            return new TimeRange { Last = length };
        var from = ParseTime(query, "from");
        var to = ParseTime(query, "to");
        return (from, to) switch
        {
            (null, null) => Default,
            ({ } start, { } end) when start >= end => new TimeRange { From = end, To = start },
            _ => new TimeRange { From = from, To = to },
        };
    }

    /// <summary>The query parameters of this range, null where one is to be removed; for <c>GetUriWithQueryParameters</c>.</summary>
    public Dictionary<string, object?> ToQuery() => new()
    {
        ["range"] = Last is { } length && this != Default ? FormatLength(length) : null,
        ["from"] = From is { } from ? FormatTime(from) : null,
        ["to"] = To is { } to ? FormatTime(to) : null,
    };

    /// <summary>
    /// The ends at this moment. A start that moves with the clock is rounded down to a step, a hundredth of the range or so: all who look at
    /// the same range ask the same, whenever they opened it.
    /// </summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Resolve(DateTimeOffset now)
    {
        if (Last is not { } length)
            return (From, To);
        var from = now - length;
        var step = Array.FindLast(s_steps, s => s.From <= length).Step;
        return (from.AddTicks(-(from.UtcTicks % step.Ticks)), null);
    }

    /// <summary><c>Last 6 hours</c>, <c>21 Nov 09:00 – 22 Nov 17:00</c>.</summary>
    public string Label(TimeZoneInfo? zone = null)
    {
        if (Last is { } length)
            return "Last " + LengthInWords(length);
        return (From, To) switch
        {
            ({ } from, null) => "Since " + Time(from),
            (null, { } to) => "Until " + Time(to),
            ({ } from, { } to) => $"{Time(from)} – {Time(to)}",
            _ => "All time",
        };

        string Time(DateTimeOffset time) =>
            TimeZoneInfo.ConvertTime(time, zone ?? TimeZoneInfo.Utc).ToString("d MMM HH:mm", CultureInfo.InvariantCulture);
    }

    private static string LengthInWords(TimeSpan length)
    {
        var (count, unit) = length switch
        {
            { Ticks: var t } when t % TimeSpan.TicksPerDay == 0 && t > TimeSpan.TicksPerDay => (length.Days, "day"),
            { Ticks: var t } when t % TimeSpan.TicksPerHour == 0 => ((int)length.TotalHours, "hour"),
            _ => ((int)length.TotalMinutes, "minute"),
        };
        return count == 1 ? unit : string.Create(CultureInfo.InvariantCulture, $"{count} {unit}s");
    }

    private static string FormatLength(TimeSpan length)
    {
        if (length.Ticks % TimeSpan.TicksPerDay == 0)
            return length.Days.ToString(CultureInfo.InvariantCulture) + "d";
        return length.Ticks % TimeSpan.TicksPerHour == 0
            ? ((int)length.TotalHours).ToString(CultureInfo.InvariantCulture) + "h"
            : ((int)length.TotalMinutes).ToString(CultureInfo.InvariantCulture) + "m";
    }

    private static bool TryParseLength(string text, out TimeSpan length)
    {
        length = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is 0 or > 100_000)
            return false;
        length = text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(Math.Min(count, 3_650)),
            _ => default,
        };
        return length > TimeSpan.Zero;
    }

    private static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString(time.Ticks % TimeSpan.TicksPerMinute == 0 ? "yyyy-MM-dd'T'HH:mm'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset? ParseTime(Dictionary<string, Microsoft.Extensions.Primitives.StringValues> query, string key) =>
        query.TryGetValue(key, out var text)
        && DateTimeOffset.TryParse(text.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
