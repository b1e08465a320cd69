using System.Collections.Frozen;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>Langfuse's four levels, and what other vocabularies call them.</summary>
internal static class LangfuseLevel
{
    public const string Error = "ERROR";
    public const string Default = "DEFAULT";

    private const string Debug = "DEBUG";
    private const string Warning = "WARNING";

    private static readonly FrozenDictionary<string, string> s_levels = new Dictionary<string, string>
    {
        [Debug] = Debug,
        ["TRACE"] = Debug,
        ["VERBOSE"] = Debug,
        [Default] = Default,
        ["INFO"] = Default,
        ["INFORMATION"] = Default,
        ["LOG"] = Default,
        ["NOTICE"] = Default,
        ["OK"] = Default,
        ["SUCCESS"] = Default,
        [Warning] = Warning,
        ["WARN"] = Warning,
        [Error] = Error,
        ["ERR"] = Error,
        ["FATAL"] = Error,
        ["CRITICAL"] = Error,
        ["CRIT"] = Error,
        ["ALERT"] = Error,
        ["EMERGENCY"] = Error,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>DEBUG, DEFAULT, WARNING or ERROR; null for a word that no vocabulary has.</summary>
    public static string? Of(string? word) => word is null ? null : s_levels.GetValueOrDefault(word);
}
