namespace TraceDashboard.Components.Layout;

/// <summary>A line of the help: the keys, pressed one after the other or each for itself, and what they do.</summary>
public sealed record KeyHelp(IReadOnlyList<string> Keys, string Does)
{
    public KeyHelp(string key, string does)
        : this([key], does)
    {
    }
}
