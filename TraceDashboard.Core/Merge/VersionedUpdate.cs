namespace TraceDashboard.Core.Merge;

/// <summary>
/// What spans' and traces' updates share: a version for all that they set, and, once several were joined, the versions of
/// what differs from it.
/// </summary>
public abstract class VersionedUpdate
{
    /// <summary>About what an update takes beside its contents; bodies can consist of little else.</summary>
    internal const int OwnBytes = 1024;

    public required int ProjectId { get; init; }

    public required string TraceId { get; init; }

    /// <summary>The version of every field that is not in <see cref="FieldVersions"/>.</summary>
    public required UpdateVersion Version { get; set; }

    /// <summary>A bit for each field that is set.</summary>
    public ulong Fields { get; internal set; }

    /// <summary>Versions of the fields that differ from <see cref="Version"/>; null when none does.</summary>
    public SortedList<byte, UpdateVersion>? FieldVersions { get; internal set; }

    /// <summary>The same for the keys of the JSON object that is merged key by key; null when none differs.</summary>
    public KeyVersions? KeyVersions { get; internal set; }

    internal bool Has(int field) => (Fields & (1UL << field)) != 0;

    internal UpdateVersion VersionOf(int field) =>
        FieldVersions is not null && FieldVersions.TryGetValue((byte)field, out var version) ? version : Version;

    /// <summary>As if the message had never said it.</summary>
    internal void Drop(int field)
    {
        Clear(field);
        Fields &= ~(1UL << field);
        if (FieldVersions?.Remove((byte)field) == true && FieldVersions.Count == 0)
            FieldVersions = null;
    }

    /// <summary>Sets the field to null.</summary>
    private protected abstract void Clear(int field);

    private protected void Set<T>(int field, ref T target, T value)
    {
        target = value;
        Fields |= 1UL << field;
    }
}
