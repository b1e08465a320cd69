using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace TraceDashboard.Core.Pricing;

/// <summary>How the model of an own price is meant.</summary>
public enum ModelMatch : short
{
    /// <summary>The name itself.</summary>
    Exact = 0,

    /// <summary><c>*</c> stands for any number of characters, <c>?</c> for one.</summary>
    Glob = 1,

    /// <summary>A regular expression for the whole name, without what needs backtracking.</summary>
    Regex = 2,
}

/// <summary>Which calls an own price is for. Upper and lower case are the same.</summary>
internal sealed class ModelRule
{
    private readonly Regex? _regex;

    /// <exception cref="ArgumentException">The regular expression is none.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking, or is too large without.</exception>
    public ModelRule(ModelMatch match, string pattern, string? provider)
    {
        (Match, Pattern, Provider) = (match, pattern, provider);
        if (match == ModelMatch.Regex)
            _regex = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    public ModelMatch Match { get; }

    public string Pattern { get; }

    /// <summary>Null for every provider.</summary>
    public string? Provider { get; }

    /// <summary>What says more about the model comes first: a name, then a glob, then an expression; of each, first the one that names its provider, then the longer.</summary>
    public (int, int, int) Order => ((int)Match, Provider is null ? 1 : 0, -Pattern.Count(c => c is not ('*' or '?')));

    public bool MatchesModel(string model) => Match switch
    {
        ModelMatch.Exact => model.Equals(Pattern, StringComparison.OrdinalIgnoreCase),
        ModelMatch.Glob => FileSystemName.MatchesSimpleExpression(Pattern, model, ignoreCase: true),
        _ => _regex!.IsMatch(model),
    };

    public bool MatchesProvider(string? provider, IReadOnlySet<string> catalogueProviders) =>
        Provider is null || ProviderNames.Same(Provider, provider, catalogueProviders);

    /// <summary>As <c>“gpt-4o*” (glob) at azure</c>.</summary>
    public string InWords() =>
        $"“{Pattern}”" + (Match == ModelMatch.Exact ? "" : $" ({Match.ToString().ToLowerInvariant()})") + (Provider is null ? "" : $" at {Provider}");
}
