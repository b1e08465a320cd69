using System.Globalization;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Access;

/// <summary>Checks settings that come from outside. Every section must be there: what is left away by mistake must not be switched off.</summary>
internal static class ProjectSettingsReader
{
    private const string Missing = "is missing; send all of what GET answers, with your change in it";

    public static ProjectSettings Read(ProjectSettingsDocument document, ApiErrors errors)
    {
        if (document.Redaction is null)
            errors.Add("redaction", Missing);
        if (document.Limits is null)
            errors.Add("limits", Missing);
        if (document.Retention is null)
            errors.Add("retention", Missing);
        return new ProjectSettings
        {
            Capture = Capture(document.Capture, errors),
            SampleShare = SampleShare(document.SampleShare, errors),
            Redaction = document.Redaction is { } redaction ? Redaction(redaction, errors) : new(),
            Limits = document.Limits is { } limits
                ? new SizeLimits(
                    Number(limits.InputBytes, SizeLimits.Least, SizeLimits.Most, "limits.inputBytes", "bytes", errors),
                    Number(limits.OutputBytes, SizeLimits.Least, SizeLimits.Most, "limits.outputBytes", "bytes", errors),
                    Number(limits.AttributeBytes, SizeLimits.Least, SizeLimits.Most, "limits.attributeBytes", "bytes", errors))
                : new(),
            Retention = document.Retention is { } retention ? Retention(retention, errors) : new(),
            ScoresByPublicKey = document.ScoresByPublicKey ?? false,
        };
    }

    private static CaptureMode Capture(string? word, ApiErrors errors)
    {
        switch (word)
        {
            case "full":
                return CaptureMode.Full;
            case "metadata":
                return CaptureMode.Metadata;
            case "none":
                return CaptureMode.None;
            case null:
                errors.Add("capture", Missing);
                break;
            default:
                errors.Add("capture", $"must be full, metadata or none{Suggestion.For(word, ["full", "metadata", "none"])}");
                break;
        }

        return default;
    }

    private static double SampleShare(decimal? share, ApiErrors errors)
    {
        if (share is null)
            errors.Add("sampleShare", Missing);
        else if (share is <= 0 or > 1)
            errors.Add("sampleShare", "must be more than 0 and at most 1; to keep no contents at all, set capture to none");
        return (double)(share ?? 1);
    }

    private static RetentionSettings Retention(RetentionDocument document, ApiErrors errors)
    {
        var contents = Number(document.ContentDays, 1, RetentionSettings.Most, "retention.contentDays", "days", errors);
        var traces = Number(document.TraceDays, 1, RetentionSettings.Most, "retention.traceDays", "days", errors);
        if (contents > traces)
            errors.Add("retention.contentDays", "must not be more than retention.traceDays: contents go with their trace");
        return new RetentionSettings(contents, traces);
    }

    private static int? Number(long? value, int least, int most, string path, string unit, ApiErrors errors)
    {
        if (value < least || value > most)
            errors.Add(path, string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most} {unit}, or null"));
        return (int?)Math.Clamp(value ?? 0, 0, int.MaxValue) is var number && value is null ? null : number;
    }

    private static RedactionSettings Redaction(RedactionDocument document, ApiErrors errors)
    {
        if (document.BuiltIn is null)
            errors.Add("redaction.builtIn", Missing);
        if (document.Custom is null)
            errors.Add("redaction.custom", Missing);
        var builtIn = document.BuiltIn ?? [];
        for (var i = 0; i < builtIn.Count; i++)
        {
            if (!RedactionSettings.BuiltInNames.Contains(builtIn[i]))
                errors.Add($"redaction.builtIn[{i}]", $"must be one of {string.Join(", ", RedactionSettings.BuiltInNames)}{Suggestion.For(builtIn[i] ?? "", RedactionSettings.BuiltInNames)}");
        }

        var custom = document.Custom ?? [];
        if (custom.Count > RedactionSettings.MaxCustom)
        {
            errors.Add("redaction.custom", $"has {custom.Count} rules; {RedactionSettings.MaxCustom} are the most");
            return new();
        }

        var rules = new List<CustomRule>();
        for (var i = 0; i < custom.Count; i++)
        {
            if (Custom(custom[i], $"redaction.custom[{i}]", rules, errors) is { } rule)
                rules.Add(rule);
        }

        var settings = new RedactionSettings([.. RedactionSettings.BuiltInNames.Where(n => builtIn.Contains(n))], rules);
        if (!errors.Any)
            CheckReplacements(settings, errors);
        return settings;
    }

    private static CustomRule? Custom(CustomRuleDocument? document, string path, List<CustomRule> before, ApiErrors errors)
    {
        if (document is null)
        {
            errors.Add(path, "must be a JSON object, not null");
            return null;
        }

        var name = document.Name?.Trim() ?? "";
        if (name.Length is 0 or > RedactionSettings.MaxNameLength)
            errors.Add(path + ".name", $"must have between 1 and {RedactionSettings.MaxNameLength} characters");
        else if (RedactionSettings.BuiltInNames.Contains(name) || before.Any(r => r.Name == name))
            errors.Add(path + ".name", $"'{name}' is the name of another rule");
        var replacement = document.Replacement ?? $"[{name}]";
        if (replacement.Length > RedactionSettings.MaxReplacementLength)
            errors.Add(path + ".replacement", $"must have at most {RedactionSettings.MaxReplacementLength} characters");
        else if (replacement.Any(c => c is '"' or '\\' || char.IsControl(c) || char.IsSurrogate(c)))
            errors.Add(path + (document.Replacement is null ? ".name" : ".replacement"), "must have no quotes, backslashes, control characters or emoji, so that JSON in which it stands stays JSON");
        var rule = new CustomRule(name, document.Pattern ?? "", replacement, document.IgnoreCase ?? false);
        if (rule.Pattern.Length is 0 or > RedactionSettings.MaxPatternLength)
            errors.Add(path + ".pattern", $"must have between 1 and {RedactionSettings.MaxPatternLength} characters");
        else if (rule.Check() is { } problem)
            errors.Add(path + ".pattern", problem);
        else
            return rule;
        return null;
    }

    /// <summary>What stands for a match would itself be a match, for ever.</summary>
    private static void CheckReplacements(RedactionSettings settings, ApiErrors errors)
    {
        var rules = settings.ToRules();
        foreach (var rule in rules)
        {
            if (rules.FirstOrDefault(other => other.Matches(rule.Replacement)) is not { } match)
                continue;
            var custom = settings.Custom.Select((c, i) => (c.Name, Index: i)).ToDictionary(c => c.Name, c => c.Index, StringComparer.Ordinal);
            if (custom.TryGetValue(rule.Name, out var index))
                errors.Add($"redaction.custom[{index}].replacement", $"'{rule.Replacement}' is itself found by the rule '{match.Name}'");
            else
                errors.Add($"redaction.custom[{custom[match.Name]}].pattern", $"finds '{rule.Replacement}', which stands for what the rule '{rule.Name}' finds");
        }
    }
}
