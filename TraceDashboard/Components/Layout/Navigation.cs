namespace TraceDashboard.Components.Layout;

/// <summary>A page in the navigation.</summary>
/// <param name="Path">Below the base address.</param>
/// <param name="Icon">A name of <see cref="Shared.Icon"/>.</param>
/// <param name="Key">Goes there after <c>g</c>.</param>
public sealed record NavigationItem(string Title, string Path, string Icon, string Key);

/// <param name="Title">Null for the first, which needs none.</param>
public sealed record NavigationGroup(string? Title, IReadOnlyList<NavigationItem> Items);

public static class Navigation
{
    public static IReadOnlyList<NavigationGroup> Groups { get; } =
    [
        new(null,
        [
            new("Overview", "overview", "overview", "o"),
            new("Traces", "traces", "traces", "t"),
        ]),
        new("Settings",
        [
            new("Models", "settings/models", "models", "m"),
            new("API keys", "settings/keys", "key", "k"),
            new("Privacy", "settings/privacy", "shield", "p"),
        ]),
    ];
}
