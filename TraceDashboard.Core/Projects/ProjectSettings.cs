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

/// <param name="Text">Without what the rules found.</param>
/// <param name="Found">How often each rule found something, by its name.</param>
public sealed record RedactionTrial(string Text, IReadOnlyDictionary<string, int> Found);

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
