namespace TraceDashboard.Core.Merge;

/// <summary>
/// What a JSON object that is merged path by path keeps beside its visible text, in the shape of the object: for each path
/// whose version differs from that of the field, that version; and the values that are hidden or cleared by newer ones
/// but must stay known, because an update that is still to come may be older than what hides them. A tree, because paths
/// may have long beginnings in common.
/// </summary>
public sealed class KeyVersions
{
    /// <summary>Null when the path itself has nothing to keep.</summary>
    public UpdateVersion? Version { get; internal set; }

    /// <summary>The value of an entry that the visible text does not show; null for one that it shows.</summary>
    public string? HiddenJson { get; internal set; }

    /// <summary>What is kept below, by key, escaped as in a JSON Pointer (RFC 6901); null when that is nothing.</summary>
    internal SortedDictionary<string, KeyVersions>? Keys { get; private set; }

    internal KeyVersions? Below(string key) => Keys?.GetValueOrDefault(key);

    internal KeyVersions Add(string key, KeyVersions below) => (Keys ??= new(StringComparer.Ordinal))[key] = below;
}
