using System.Globalization;

namespace TraceDashboard.Benchmarks;

/// <summary>What the benchmarks print: the same numbers look the same in every country.</summary>
internal static class Report
{
    public static void Heading(FormattableString text) => Line($"\n## {text.ToString(CultureInfo.InvariantCulture)}");

    public static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
