using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
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

public sealed record RedactionDocument
{
    [Description("Which of the built-in rules are on: apiKeys, email, cardNumbers, phoneNumbers.")]
    public IReadOnlyList<string?>? BuiltIn { get; init; }

    [Description("Up to 50 rules of the project's own, applied in this order after the built-in ones.")]
    public IReadOnlyList<CustomRuleDocument?>? Custom { get; init; }
}

public sealed record CustomRuleDocument
{
    [Description("1 to 60 characters, unique among the rules.")]
    public string? Name { get; init; }

    [Description("A .NET regular expression of up to 500 characters, without lookarounds and backreferences.")]
    public string? Pattern { get; init; }

    [Description("What stands for a match, up to 100 characters; the name in square brackets when it is left away.")]
    public string? Replacement { get; init; }

    [Description("Whether upper and lower case are the same; false when it is left away.")]
    public bool? IgnoreCase { get; init; }
}

public sealed record LimitsDocument
{
    [Description("Of the input of a span or trace, 100 at least.")]
    public long? InputBytes { get; init; }

    [Description("Of the output of a span or trace, 100 at least. Streamed pieces are cut each for itself.")]
    public long? OutputBytes { get; init; }

    [Description("Of each attribute and each key of metadata, 100 at least.")]
    public long? AttributeBytes { get; init; }
}

public sealed record RetentionDocument
{
    [Description("Days that inputs, outputs, messages, attributes and previews are kept, 1 to 3650; null for as long as their trace.")]
    public long? ContentDays { get; init; }

    [Description("Days that traces are kept, 1 to 3650; null for good. Charts stay.")]
    public long? TraceDays { get; init; }
}

internal static class ProjectSettingsExamples
{
    private const string Document = """
        {
          "capture": "full",
          "redaction": {
            "builtIn": ["apiKeys", "email"],
            "custom": [{ "name": "employee id", "pattern": "EMP-[0-9]{6}", "replacement": "[employee]", "ignoreCase": false }]
          },
          "sampleShare": 1,
          "limits": { "inputBytes": 100000, "outputBytes": null, "attributeBytes": 20000 },
          "retention": { "contentDays": 30, "traceDays": 400 },
          "scoresByPublicKey": false
        }
        """;

    public static ApiExample Get { get; } = new(null, Document);

    public static ApiExample Put { get; } = new(Document, Document);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    UseStringEnumConverter = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ProjectSettingsDocument))]
[JsonSerializable(typeof(StoredSettings))]
internal sealed partial class ProjectSettingsJson : JsonSerializerContext;
