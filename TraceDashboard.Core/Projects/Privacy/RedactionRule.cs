using System.Text;
using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>Finds one kind of thing that must not be stored, and says what stands there instead.</summary>
internal abstract class RedactionRule(string name, string replacement)
{
    public string Name { get; } = name;

    public string Replacement { get; } = replacement;

    /// <summary>The text without what the rule finds; null when it finds nothing. Takes time linear in the length of the text.</summary>
    /// <param name="text">Decoded: no escapes of JSON.</param>
    /// <param name="replacementOf">What stands for a match; null for <see cref="Replacement"/>.</param>
    /// <param name="found">Counts the matches.</param>
    public string? Apply(ReadOnlySpan<char> text, Func<string, RedactionRule, string>? replacementOf, Action<RedactionRule>? found)
    {
        StringBuilder? result = null;
        var copied = 0;
        var from = 0;
        while (from <= text.Length && TryFind(text, from, out var start, out var length))
        {
            found?.Invoke(this);
            result ??= new StringBuilder(text.Length);
            result.Append(text[copied..start]);
            result.Append(replacementOf is null ? Replacement : replacementOf(text.Slice(start, length).ToString(), this));
            from = copied = start + length;
        }

        return result?.Append(text[copied..]).ToString();
    }

    /// <summary>Where the matches are, in order.</summary>
    public List<(int Start, int Length)> Find(string text)
    {
        var matches = new List<(int, int)>();
        for (var from = 0; TryFind(text, from, out var start, out var length); from = start + length)
            matches.Add((start, length));
        return matches;
    }

    /// <summary>How much of a text belongs to a match that ends where the text begins, and was taken out before the text was known.</summary>
    public virtual int RestLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsJoined(text[length]))
            length++;
        return length;
    }

    /// <summary>The same of a text at whose end a match begins.</summary>
    public virtual int HeadLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsJoined(text[^(length + 1)]))
            length++;
        return length;
    }

    private static bool IsJoined(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '+' or '=' or '@' or '%';

    /// <summary>Whether the rule finds something.</summary>
    public bool Matches(ReadOnlySpan<char> text) => TryFind(text, 0, out _, out _);

    /// <summary>The next match that begins at <paramref name="from"/> or later; it is not empty.</summary>
    protected abstract bool TryFind(ReadOnlySpan<char> text, int from, out int start, out int length);
}

/// <summary>A regular expression that finds digits.</summary>
internal sealed class DigitsRegexRule(string name, string replacement, Regex expression) : RegexRule(name, replacement, expression)
{
    public override int RestLength(ReadOnlySpan<char> text) => DigitGroups.RestLength(text);

    public override int HeadLength(ReadOnlySpan<char> text) => DigitGroups.HeadLength(text);
}
