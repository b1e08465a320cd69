namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>A rule that finds digits, which may have something between them.</summary>
internal static class DigitGroups
{
    public static int RestLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        for (var i = 0; i < text.Length && i - length <= 2 && IsPart(text[i]); i++)
        {
            if (char.IsAsciiDigit(text[i]))
                length = i + 1;
        }

        return length;
    }

    public static int HeadLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        for (var i = 0; i < text.Length && i - length <= 2 && (IsPart(text[^(i + 1)]) || text[^(i + 1)] == '+'); i++)
        {
            if (char.IsAsciiDigit(text[^(i + 1)]) || text[^(i + 1)] == '+')
                length = i + 1;
        }

        return length;
    }

    private static bool IsPart(char c) => char.IsAsciiDigit(c) || c is ' ' or '-' or '.' or '(' or ')' or '/';
}
