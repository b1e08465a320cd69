using System.ComponentModel;

namespace TraceDashboard.Core.Access;

public sealed record RedactionDocument
{
    [Description("Which of the built-in rules are on: apiKeys, email, cardNumbers, phoneNumbers.")]
    public IReadOnlyList<string?>? BuiltIn { get; init; }

    [Description("Up to 50 rules of the project's own, applied in this order after the built-in ones.")]
    public IReadOnlyList<CustomRuleDocument?>? Custom { get; init; }
}
