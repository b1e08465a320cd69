using TraceDashboard.Core.Projects.Privacy;

namespace TraceDashboard.Core.Projects;

/// <param name="BuiltIn">Names of <see cref="RedactionSettings.BuiltInNames"/>.</param>
public sealed record RedactionSettings(IReadOnlyList<string> BuiltIn, IReadOnlyList<CustomRule> Custom)
{
    public const int MaxCustom = 50;
    public const int MaxNameLength = 60;
    public const int MaxPatternLength = 500;
    public const int MaxReplacementLength = 100;

    public RedactionSettings()
        : this([], [])
    {
    }

    /// <summary>apiKeys, email, cardNumbers, phoneNumbers.</summary>
    public static IReadOnlyList<string> BuiltInNames => BuiltInRules.Names;

    /// <summary>What the rules make of a text, and what each of them found.</summary>
    public RedactionTrial Try(string text)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var redacted = new Redactor(ToRules()).Apply(
            System.Text.Encoding.UTF8.GetBytes(text), rule => found[rule.Name] = found.GetValueOrDefault(rule.Name) + 1);
        return new RedactionTrial(System.Text.Encoding.UTF8.GetString(redacted!), found);
    }

    /// <exception cref="ArgumentException">An expression is not valid; <see cref="CustomRule.Check"/> tells why.</exception>
    internal IReadOnlyList<RedactionRule> ToRules() =>
        [.. BuiltInRules.Of([.. BuiltIn]), .. Custom.Select(c => new RegexRule(c.Name, c.Replacement, c.ToRegex()))];
}
