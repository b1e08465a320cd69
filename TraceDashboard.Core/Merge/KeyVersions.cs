namespace TraceDashboard.Core.Merge;

/// <summary>
/// What a JSON object that is merged path by path keeps beside its visible text: for each path (RFC 6901 JSON Pointer)
/// whose version differs from that of the field, that version; and the values that are hidden or cleared by newer ones
/// but must stay known, because an update that is still to come may be older than what hides them.
/// </summary>
public sealed class KeyVersions
{
    /// <summary>By path; <c>HiddenJson</c> is the value of an entry that the visible text does not show, null for one that it shows.</summary>
    public SortedDictionary<string, (UpdateVersion Version, string? HiddenJson)> Paths { get; } = new(StringComparer.Ordinal);
}
