using System.ComponentModel;

namespace TraceDashboard.Core.Access;

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
