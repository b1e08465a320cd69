using System.Globalization;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Components.Pages.Privacy;

/// <summary>The settings while they are edited: numbers as they are typed.</summary>
internal sealed class PrivacyForm
{
    public CaptureMode Capture { get; set; }

    public HashSet<string> BuiltIn { get; private init; } = [];

    public List<RuleForm> Rules { get; private init; } = [];

    /// <summary>In percent.</summary>
    public string Share { get; set; } = "";

    public string InputBytes { get; set; } = "";

    public string OutputBytes { get; set; } = "";

    public string AttributeBytes { get; set; } = "";

    public string ContentDays { get; set; } = "";

    public string TraceDays { get; set; } = "";

    public bool ScoresByPublicKey { get; set; }

    public static PrivacyForm Of(ProjectSettings settings) => new()
    {
        Capture = settings.Capture,
        BuiltIn = [.. settings.Redaction.BuiltIn],
        Rules = [.. settings.Redaction.Custom.Select(c => new RuleForm { Name = c.Name, Pattern = c.Pattern, Replacement = c.Replacement, IgnoreCase = c.IgnoreCase })],
        Share = ((decimal)settings.SampleShare * 100).ToString("0.######", CultureInfo.InvariantCulture),
        InputBytes = Text(settings.Limits.InputBytes),
        OutputBytes = Text(settings.Limits.OutputBytes),
        AttributeBytes = Text(settings.Limits.AttributeBytes),
        ContentDays = Text(settings.Retention.ContentDays),
        TraceDays = Text(settings.Retention.TraceDays),
        ScoresByPublicKey = settings.ScoresByPublicKey,
    };

    /// <summary>The settings; null and what is wrong, by the field of the API, when something is.</summary>
    public ProjectSettings? Read(out Dictionary<string, string> errors)
    {
        var wrong = new Dictionary<string, string>(StringComparer.Ordinal);
        var document = new ProjectSettingsDocument
        {
            Capture = Capture.ToString().ToLowerInvariant(),
            Redaction = new RedactionDocument { BuiltIn = [.. BuiltIn], Custom = [.. Rules.Select(r => r.ToDocument())] },
            SampleShare = Percent("sampleShare") / 100,
            Limits = new LimitsDocument { InputBytes = Number(InputBytes, "limits.inputBytes"), OutputBytes = Number(OutputBytes, "limits.outputBytes"), AttributeBytes = Number(AttributeBytes, "limits.attributeBytes") },
            Retention = new RetentionDocument { ContentDays = Number(ContentDays, "retention.contentDays"), TraceDays = Number(TraceDays, "retention.traceDays") },
            ScoresByPublicKey = ScoresByPublicKey,
        };
        var settings = document.Read(out var found);
        foreach (var (field, messages) in found)
            wrong.TryAdd(field, char.ToUpperInvariant(messages[0][0]) + messages[0][1..] + ".");
        errors = wrong;
        return wrong.Count == 0 ? settings : null;

        decimal Percent(string field)
        {
            if (decimal.TryParse(Share.Trim().TrimEnd('%').TrimEnd().Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100)
                return percent;
            wrong[field] = "Must be a number more than 0 and at most 100.";
            return 100;
        }

        long? Number(string text, string field)
        {
            var digits = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
            if (digits.Length == 0)
                return null;
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
            wrong[field] = "Must be a whole number, or empty.";
            return null;
        }
    }

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    internal sealed class RuleForm
    {
        public string Name { get; set; } = "";

        public string Pattern { get; set; } = "";

        public string Replacement { get; set; } = "";

        public bool IgnoreCase { get; set; }

        public CustomRuleDocument ToDocument() => new() { Name = Name, Pattern = Pattern, Replacement = Replacement.Length == 0 ? null : Replacement, IgnoreCase = IgnoreCase };
    }
}
