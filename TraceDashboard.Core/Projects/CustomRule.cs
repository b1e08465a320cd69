using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Projects;

/// <summary>A rule of the project's own.</summary>
/// <param name="Pattern">A .NET regular expression without lookarounds and backreferences, so that it takes linear time.</param>
/// <param name="Replacement">What stands for a match.</param>
public sealed record CustomRule(string Name, string Pattern, string Replacement, bool IgnoreCase)
{
    /// <summary>What is wrong with the expression; null when nothing is.</summary>
    public string? Check()
    {
        try
        {
            return ToRegex().IsMatch("") ? "matches an empty text, and so everywhere" : null;
        }
        catch (RegexParseException e)
        {
            return $"is not a regular expression: {Explain(e)}, at character {e.Offset + 1}";
        }
        catch (NotSupportedException)
        {
            return "uses what cannot be searched for in linear time: lookarounds, backreferences, atomic groups, or repetitions that are too large";
        }
    }

    internal Regex ToRegex() => new(Pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));

    // "Invalid pattern '(' at offset 1. Not enough )'s."
    private static string Explain(RegexParseException e)
    {
        var cause = e.Message[(e.Message.IndexOf($"at offset {e.Offset}. ", StringComparison.Ordinal) is >= 0 and var at ? at + $"at offset {e.Offset}. ".Length : 0)..].TrimEnd('.');
        return cause.Length == 0 ? "it cannot be read" : char.ToLowerInvariant(cause[0]) + cause[1..];
    }
}
