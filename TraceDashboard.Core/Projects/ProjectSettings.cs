using System.Text.RegularExpressions;
using TraceDashboard.Core.Projects.Privacy;

namespace TraceDashboard.Core.Projects;

/// <summary>What is kept of what programs say.</summary>
public enum CaptureMode
{
    /// <summary>Everything.</summary>
    Full,

    /// <summary>No inputs, outputs, messages, arguments or results; of attributes and metadata what is no content.</summary>
    Metadata,

    /// <summary>Only what lists and charts need: no attributes, events or metadata at all.</summary>
    None,
}

/// <summary>What a project has chosen to keep. What was stored before a change stays as it is.</summary>
public sealed record ProjectSettings
{
    public static ProjectSettings Default { get; } = new();

    public CaptureMode Capture { get; init; }

    public RedactionSettings Redaction { get; init; } = new();

    /// <summary>Share of the traces that are kept, more than 0 and at most 1.</summary>
    public double SampleShare { get; init; } = 1;

    public SizeLimits Limits { get; init; } = new();

    public RetentionSettings Retention { get; init; } = new();

    /// <summary>Whether scores are accepted with a public key alone, as pages send them: anybody can then give one.</summary>
    public bool ScoresByPublicKey { get; init; }
}

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

/// <param name="Text">Without what the rules found.</param>
/// <param name="Found">How often each rule found something, by its name.</param>
public sealed record RedactionTrial(string Text, IReadOnlyDictionary<string, int> Found);

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

/// <summary>Longest texts that are kept, in bytes of UTF-8; null for the limit of the configuration alone.</summary>
public sealed record SizeLimits(int? InputBytes, int? OutputBytes, int? AttributeBytes)
{
    public const int Least = 100;
    public const int Most = 1 << 30;

    public SizeLimits()
        : this(null, null, null)
    {
    }

    public bool IsNone => InputBytes is null && OutputBytes is null && AttributeBytes is null;
}

/// <summary>For how many days things are kept, from when they last came in; null for good.</summary>
public sealed record RetentionSettings(int? ContentDays, int? TraceDays)
{
    public const int Most = 3_650;

    public RetentionSettings()
        : this(null, null)
    {
    }
}
