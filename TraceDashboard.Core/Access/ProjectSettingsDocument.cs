using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Access;

/// <summary>The settings of a project as the API has them, in requests and in answers.</summary>
public sealed record ProjectSettingsDocument
{
    [Description("What is kept of what programs say: full (everything), metadata (no inputs, outputs, messages, arguments or results; of attributes and metadata what is no content), none (only what lists and charts need)."), AllowedValues("full", "metadata", "none")]
    public string? Capture { get; init; }

    [Description("What is taken out of texts before they are stored.")]
    public RedactionDocument? Redaction { get; init; }

    [Description("Share of the traces that are kept, more than 0 and at most 1. Whether a trace is kept follows from its id.")]
    public decimal? SampleShare { get; init; }

    [Description("Longest texts that are kept, in bytes of UTF-8; what is longer is cut and says so. Null for the limit of the configuration alone.")]
    public LimitsDocument? Limits { get; init; }

    [Description("For how many days things are kept; null for good.")]
    public RetentionDocument? Retention { get; init; }

    [Description("Whether scores are accepted with the public half of a key alone, as pages in browsers send them; false when it is left away.")]
    public bool? ScoresByPublicKey { get; init; }

    public static ProjectSettingsDocument Of(ProjectSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ProjectSettingsDocument
        {
            Capture = settings.Capture.ToString().ToLowerInvariant(),
            Redaction = new RedactionDocument
            {
                BuiltIn = settings.Redaction.BuiltIn,
                Custom = [.. settings.Redaction.Custom.Select(c => new CustomRuleDocument { Name = c.Name, Pattern = c.Pattern, Replacement = c.Replacement, IgnoreCase = c.IgnoreCase })],
            },
            SampleShare = (decimal)settings.SampleShare,
            Limits = new LimitsDocument { InputBytes = settings.Limits.InputBytes, OutputBytes = settings.Limits.OutputBytes, AttributeBytes = settings.Limits.AttributeBytes },
            Retention = new RetentionDocument { ContentDays = settings.Retention.ContentDays, TraceDays = settings.Retention.TraceDays },
            ScoresByPublicKey = settings.ScoresByPublicKey,
        };
    }

    /// <summary>The settings, or null and in <paramref name="errors"/> all that is wrong, by field.</summary>
    public ProjectSettings? Read(out IReadOnlyDictionary<string, string[]> errors)
    {
        var found = new ApiErrors();
        var settings = ProjectSettingsReader.Read(this, found);
        errors = found.ByPath.AsReadOnly();
        return found.Any ? null : settings;
    }
}
