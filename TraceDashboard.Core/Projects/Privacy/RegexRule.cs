using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>A rule that is a regular expression.</summary>
/// <param name="expression">Must not take more than linear time, nor match an empty text.</param>
internal class RegexRule(string name, string replacement, Regex expression) : RedactionRule(name, replacement)
{
    protected override bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int length)
    {
        foreach (var match in expression.EnumerateMatches(text, from))
        {
            if (match.Length == 0)
                continue;
            (start, length) = (match.Index, match.Length);
            return true;
        }

        (start, length) = (0, 0);
        return false;
    }
}
