using System.Globalization;

namespace TraceDashboard.Core.Text;

/// <summary>ISO 8601 with an offset, to the nanosecond: .NET's own parser drops what is below 100 ns.</summary>
internal static class Iso8601
{
    public const string Form = "must be a time as 2026-01-31T12:00:00.000Z: ISO 8601 with an offset, between the years 1970 and 2262";

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mm:ssK"];

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public static bool TryParse(string text, out long unixNanos)
    {
        unixNanos = 0;
        if (text.Length is < 17 or > 40)
            return false;

        long fraction = 0;
        var dot = text.IndexOfAny(['.', ',']);
        if (dot >= 0)
        {
            var end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            var digits = end - dot - 1;
            if (digits is 0)
                return false;
            fraction = long.Parse(text.AsSpan(dot + 1, Math.Min(digits, 9)), CultureInfo.InvariantCulture);
            for (var i = digits; i < 9; i++)
                fraction *= 10;
            text = string.Concat(text.AsSpan(0, dot), text.AsSpan(end));
        }

        var zoned = text[^1] is 'Z' or 'z' || text.AsSpan(16).ContainsAny('+', '-');
        if (!zoned || !DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return false;
        if (time < DateTimeOffset.UnixEpoch || time.ToUniversalTime().Year > 2261)
            return false;
        unixNanos = UnixNanos.FromDateTimeOffset(time) + fraction;
        return true;
    }

    /// <summary>From the query of an address, where the '+' of an offset arrives as a space when it was not encoded.</summary>
    public static bool TryParseQuery(string text, out long unixNanos) =>
        TryParse(text.Length > 17 ? string.Concat(text.AsSpan(0, 17), text[17..].Replace(' ', '+')) : text, out unixNanos);

    public static string Format(DateTimeOffset time) => Format(UnixNanos.FromDateTimeOffset(time));

    public static string? Format(DateTimeOffset? time) => time is { } known ? Format(known) : null;

    public static string? Format(long? unixNanos) => unixNanos is { } known ? Format(known) : null;

    /// <summary>In UTC, with as many digits as there are.</summary>
    public static string Format(long unixNanos)
    {
        var (seconds, nanos) = Math.DivRem(unixNanos, UnixNanos.PerSecond);
        if (nanos < 0)
            (seconds, nanos) = (seconds - 1, nanos + UnixNanos.PerSecond);
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var digits = nanos % 1_000 != 0 ? 9 : nanos % UnixNanos.PerMillisecond != 0 ? 6 : 3;
        var fraction = nanos.ToString("D9", CultureInfo.InvariantCulture)[..digits];
        return $"{time}.{fraction}Z";
    }
}
