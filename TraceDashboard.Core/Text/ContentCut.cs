using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Text;

/// <summary>A text that was too long to be kept whole. The text itself says so: it ends in a mark.</summary>
/// <param name="Kept">Bytes of UTF-8 that were kept, at most.</param>
/// <param name="Of">Bytes that there were.</param>
public readonly partial record struct ContentCut(long Kept, long Of)
{
    /// <summary>No mark is longer, in characters.</summary>
    public const int LongestMark = 60;

    /// <summary>What the text ends in.</summary>
    public string Mark => string.Create(CultureInfo.InvariantCulture, $"… [cut at {Kept} of {Of} bytes]");

    /// <summary>What became of a text that ends like this; null when it is whole.</summary>
    public static ContentCut? OfText(string? end) =>
        end is not null && EndMark().Match(end) is { Success: true } mark
            ? new ContentCut(long.Parse(mark.Groups[1].ValueSpan, CultureInfo.InvariantCulture), long.Parse(mark.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
            : null;

    [GeneratedRegex(@"… \[cut at ([0-9]{1,12}) of ([0-9]{1,12}) bytes\]\z", RegexOptions.CultureInvariant | RegexOptions.RightToLeft)]
    private static partial Regex EndMark();
}
