namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>E-mail addresses: found by their @, so that text without one costs next to nothing.</summary>
internal sealed class EmailRule() : RedactionRule("email", "[email]")
{
    private const int LongestName = 64;
    private const int LongestDomain = 253;

    public override int RestLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsLetterOrDigit(text[length]) || text[length] == '-' || (text[length] == '.' && length + 1 < text.Length && char.IsLetterOrDigit(text[length + 1]))))
            length++;
        return length;
    }

    public override int HeadLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && length < LongestName && IsName(text[^(length + 1)]))
            length++;
        return length;
    }

    protected override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int length)
    {
        for (var search = from; search < text.Length && text[search..].IndexOf('@') is >= 0 and var offset;)
        {
            var at = search + offset;
            search = at + 1;
            start = at;
            while (start > from && at - start < LongestName && IsName(text[start - 1]))
                start--;
            while (start < at && text[start] == '.')
                start++;
            if (start < at && DomainLength(text[(at + 1)..]) is > 0 and var domain)
            {
                length = at + 1 + domain - start;
                return true;
            }
        }

        (start, length) = (0, 0);
        return false;
    }

    private static bool IsName(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-' or '\'';

    /// <summary>Labels with dots between them, the last of which is letters, two at least; 0 when there is no such thing.</summary>
    private static int DomainLength(ReadOnlySpan<char> text)
    {
        int best = 0, label = 0, labels = 0;
        var letters = true;
        for (var i = 0; i <= text.Length && i <= LongestDomain; i++)
        {
            var c = i < text.Length ? text[i] : '\0';
            if (char.IsLetterOrDigit(c) || c == '-')
            {
                letters &= char.IsLetter(c);
                label++;
                continue;
            }

            if (label == 0)
                break;
            labels++;
            if (labels > 1 && letters && label > 1)
                best = i;
            if (c != '.')
                break;
            (label, letters) = (0, true);
        }

        return best;
    }
}
