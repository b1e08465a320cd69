using System.Globalization;

namespace TraceDashboard.Components.Shared;

/// <summary>Numbers, money and times as every page, chart and export writes them.</summary>
public static class Format
{
    /// <summary>What is not known.</summary>
    public const string Unknown = "—";

    /// <summary>U+2009: between thousands.</summary>
    public const char Thin = '\u2009';

    /// <summary>U+00A0: between a number and its unit.</summary>
    public const char Space = '\u00A0';

    private const int MostDecimals = 14;

    private const string Minus = "\u2212";

    private static readonly NumberFormatInfo Numbers = new()
    {
        NumberGroupSeparator = Thin.ToString(),
        NumberDecimalSeparator = ".",
        NegativeSign = Minus,
    };

    /// <summary><c>48 210</c></summary>
    public static string Count(long? count) => count?.ToString("#,0", Numbers) ?? Unknown;

    /// <summary><c>940</c>, <c>12.4k</c>, <c>3.07M</c>: for axes and badges, where the exact number stands elsewhere.</summary>
    public static string Compact(double? value)
    {
        if (value is not { } number)
            return Unknown;
        var (divisor, unit) = Math.Abs(number) switch
        {
            < 999.5 => (1d, ""),
            < 999_500 => (1e3, "k"),
            < 999_500_000 => (1e6, "M"),
            _ => (1e9, "G"),
        };
        number /= divisor;
        return number.ToString(Math.Abs(number) switch { >= 99.95 => "0", >= 9.995 => "0.#", _ => "0.##" }, Numbers) + unit;
    }

    /// <summary>Three significant digits: <c>212 ms</c>, <c>9.42 s</c>; beyond a minute two units: <c>4 m 12 s</c>, <c>2 h 5 m</c>.</summary>
    public static string Duration(TimeSpan? duration)
    {
        if (duration is not { } time)
            return Unknown;
        if (time < TimeSpan.Zero)
            return Minus + Duration(time.Negate());
        if (time == TimeSpan.Zero)
            return $"0{Space}ms";
        // Each limit is where the smaller unit would round up to the larger one.
        if (time.TotalMicroseconds < 999.5)
            return ThreeDigits(time.TotalMicroseconds) + Space + "µs";
        if (time.TotalMilliseconds < 999.5)
            return ThreeDigits(time.TotalMilliseconds) + Space + "ms";
        if (time.TotalSeconds < 59.95)
            return ThreeDigits(time.TotalSeconds) + Space + "s";
        var seconds = (long)Math.Round(time.TotalSeconds);
        if (seconds < 3_600)
            return Two(seconds / 60, "m", seconds % 60, "s");
        var minutes = (long)Math.Round(time.TotalMinutes);
        if (minutes < 24 * 60)
            return Two(minutes / 60, "h", minutes % 60, "m");
        var hours = (long)Math.Round(time.TotalHours);
        return Two(hours / 24, "d", hours % 24, "h");

        static string Two(long large, string largeUnit, long small, string smallUnit) =>
            $"{Count(large)}{Space}{largeUnit}{Space}{small.ToString(CultureInfo.InvariantCulture)}{Space}{smallUnit}";
    }

    /// <summary>Cents from a dollar up, else four decimals, or as many as two significant digits need: <c>$4 812.07</c>, <c>$0.0027</c>.</summary>
    public static string Usd(decimal? amount)
    {
        if (amount is not { } usd)
            return Unknown;
        if (usd == 0)
            return "$0";
        var size = Math.Abs(usd);
        var decimals = size >= 0.99995m ? 2 : 4;
        while (decimals is > 2 and < 12 && size * Pow10(decimals) < 9.5m)
            decimals++;
        return (usd < 0 ? Minus : "") + "$" + size.ToString("#,0." + new string('0', decimals), Numbers);
    }

    /// <summary>Every digit that is there, at least cents: prices per million and the lines of a cost ledger.</summary>
    /// <param name="decimals">At least so many, see <see cref="UsdDecimals"/>.</param>
    public static string UsdExact(decimal? amount, int decimals = 2) =>
        amount is not { } usd ? Unknown : (usd < 0 ? Minus : "") + "$" + Math.Abs(usd).ToString("#,0." + new string('0', decimals) + new string('#', MostDecimals - decimals), Numbers);

    /// <summary>With how many decimals each of some amounts is written out, so that they can stand below each other.</summary>
    public static int UsdDecimals(IEnumerable<decimal?> amounts) =>
        // The division takes the zeros at the end away.
        amounts.Max(a => Math.Clamp((int)((a ?? 0) / 1.0000000000000000000000000000m).Scale, 2, MostDecimals));

    /// <summary>A share of one: <c>43 %</c>, under ten per cent with one decimal: <c>4.4 %</c>.</summary>
    public static string Percent(double? share) =>
        share is not { } value || !double.IsFinite(value) ? Unknown : PercentDigits(value) + Space + "%";

    /// <summary>A difference as a share of what was before: <c>+23 %</c>, <c>−6.1 %</c>.</summary>
    public static string Change(double? share) =>
        share is not { } value || !double.IsFinite(value) ? Unknown : (value > 0 ? "+" : "") + PercentDigits(value) + Space + "%";

    /// <summary><c>71 tok/s</c></summary>
    public static string TokensPerSecond(double? rate) =>
        rate is not { } value || !double.IsFinite(value) ? Unknown : (value < 10 ? ThreeDigits(value) : Count((long)Math.Round(value))) + Space + "tok/s";

    /// <summary>Powers of 1000: <c>512 B</c>, <c>2.40 kB</c>, <c>31.0 MB</c>.</summary>
    public static string Bytes(long? bytes) => bytes switch
    {
        null => Unknown,
        < 1_000 => $"{bytes}{Space}B",
        < 999_500 => ThreeDigits(bytes.Value / 1e3) + Space + "kB",
        < 999_500_000 => ThreeDigits(bytes.Value / 1e6) + Space + "MB",
        _ => ThreeDigits(bytes.Value / 1e9) + Space + "GB",
    };

    /// <summary>How long ago: <c>now</c>, <c>12 s</c>, <c>2 min</c>, <c>3 h</c>, <c>5 d</c>, then the date. Put <see cref="Exact"/> beside it.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now)
    {
        var age = now - time;
        return age.TotalSeconds switch
        {
            < -86_400 => Day(time, now),
            < -60 => "ahead",
            < 1 => "now",
            < 60 => $"{(int)age.TotalSeconds}{Space}s",
            < 3_600 => $"{(int)age.TotalMinutes}{Space}min",
            < 86_400 => $"{(int)age.TotalHours}{Space}h",
            < 30 * 86_400d => $"{(int)age.TotalDays}{Space}d",
            _ => Day(time, now),
        };
    }

    private static string Day(DateTimeOffset time, DateTimeOffset now) =>
        time.ToString(time.Year == now.Year ? $"d{Space}MMM" : $"MMM{Space}yyyy", CultureInfo.InvariantCulture);

    /// <summary>The day, on the reader's clock: <c>22 Nov 2026</c>. Put <see cref="Exact"/> beside it.</summary>
    public static string Day(DateTimeOffset time, TimeZoneInfo? zone = null) =>
        TimeZoneInfo.ConvertTime(time, zone ?? TimeZoneInfo.Utc).ToString($"d{Space}MMM{Space}yyyy", CultureInfo.InvariantCulture);

    /// <summary>The moment itself, on the reader's clock: <c>22 Nov 2026 17:33:21.042 UTC+01:00</c>.</summary>
    public static string Exact(DateTimeOffset time, TimeZoneInfo? zone = null)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone ?? TimeZoneInfo.Utc);
        var offset = local.Offset == TimeSpan.Zero ? "UTC" : local.ToString("'UTC'zzz", CultureInfo.InvariantCulture);
        return local.ToString("d MMM yyyy HH:mm:ss.fff", CultureInfo.InvariantCulture) + " " + offset;
    }

    private static string ThreeDigits(double value) =>
        value.ToString(value switch { >= 99.95 => "0", >= 9.995 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);

    private static string PercentDigits(double share)
    {
        var percent = share * 100;
        return percent.ToString(Math.Abs(percent) < 9.95 ? "0.#" : "#,0", Numbers);
    }

    private static decimal Pow10(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < exponent; i++)
            power *= 10;
        return power;
    }
}
