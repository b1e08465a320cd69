using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>The rules that a project can turn on without writing an expression.</summary>
internal static partial class BuiltInRules
{
    /// <summary>In the order in which they are applied: a key may hold what looks like another thing, and a phone number with a plus digits that would do as a card's.</summary>
    private static readonly RedactionRule[] s_rules =
    [
        new RegexRule("apiKeys", "[api key]", ApiKeys()),
        new EmailRule(),
        new DigitsRegexRule("phoneNumbers", "[phone]", PhoneNumbers()),
        new CardRule(),
    ];

    public static IReadOnlyList<string> Names { get; } = ["apiKeys", "email", "cardNumbers", "phoneNumbers"];

    public static IEnumerable<RedactionRule> Of(IReadOnlyCollection<string> names) => s_rules.Where(r => names.Contains(r.Name));

    // Each begins where no such character stands before it, so no run of characters is looked at twice. Keys have a digit; names like
    // "sk-learn-pipeline" have none.
    [GeneratedRegex(
        """
        (?<![A-Za-z0-9_-])(?:
            sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,}
          | (?:sk|rk|whsec)_(?:live|test)_[A-Za-z0-9]{10,}
          | gh[opsur]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{30,} | glpat-[A-Za-z0-9_-]{20,}
          | A(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9]) | AIza[A-Za-z0-9_-]{35,}
          | xox[abeoprs]-[A-Za-z0-9-]{10,} | hf_[A-Za-z0-9]{30,} | gsk_[A-Za-z0-9]{30,} | r8_[A-Za-z0-9]{30,} | xai-[A-Za-z0-9]{30,}
          | npm_[A-Za-z0-9]{30,} | pypi-[A-Za-z0-9_-]{40,} | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}
          | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}
        )
        | (?<![A-Za-z0-9])[Bb]earer\ (?=[A-Za-z._~+/-]*[0-9])[A-Za-z0-9._~+/-]{20,}=*
        | -----BEGIN\ [A-Z ]{0,30}PRIVATE\ KEY-----[^-]*(?:-----END\ [A-Z ]{0,30}PRIVATE\ KEY-----)?
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex ApiKeys();

    // With a plus and 7 to 15 digits; or as in North America, in groups of three, three and four.
    [GeneratedRegex(
        """
        (?<![\w+])\+[1-9](?:[\ ().\-/]{0,2}[0-9]){6,14}(?![0-9])
        | (?<![\w.\-])(?:\([0-9]{3}\)\ ?|[0-9]{3}[\ .\-])[0-9]{3}[\ .\-][0-9]{4}(?![\w\-])
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex PhoneNumbers();
}
