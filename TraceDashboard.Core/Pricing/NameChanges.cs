namespace TraceDashboard.Core.Pricing;

/// <summary>How a model name was changed until it was found in the catalogue.</summary>
[Flags]
public enum NameChanges
{
    None = 0,

    /// <summary>A provider, vendor or path in front: <c>azure/</c>, <c>models/</c>, <c>anthropic.</c></summary>
    Prefix = 1,

    /// <summary>A region in front: <c>us.</c>, <c>eu-west-1/</c></summary>
    Region = 2,

    /// <summary>A revision behind: <c>:0</c>, <c>-001</c>, <c>@default</c>, <c>-latest</c></summary>
    Revision = 4,

    /// <summary>A date behind: <c>-2024-08-06</c>, <c>@20250514</c>, <c>-0125</c></summary>
    Date = 8,

    /// <summary>The owner of a fine-tuned model behind: <c>ft:gpt-4o:acme::id</c></summary>
    FineTune = 16,

    /// <summary>Dots and dashes between numbers taken as the same: <c>claude-sonnet-4.5</c></summary>
    Punctuation = 32,
}
