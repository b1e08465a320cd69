namespace TraceDashboard.Core.Merge;

/// <summary>A JSON object whose keys are merged one by one.</summary>
internal sealed class ByKey<T>(Func<T, byte[]?> get, Action<T, byte[]?> set) : FieldRule<T>
    where T : VersionedUpdate
{
    public override UpdateVersion Join(T target, ReadOnlySpan<T> sources, int field)
    {
        var updates = new List<T>(sources.Length + 1);
        if (target.Has(field))
            updates.Add(target);
        foreach (var source in sources)
        {
            if (source.Has(field))
                updates.Add(source);
        }

        // The same message again, or one like it: nothing to parse.
        var first = updates[0];
        if (updates.TrueForAll(u => u == first || IsLike(u, first, field)))
        {
            set(target, get(first));
            target.KeyVersions = first.KeyVersions;
            return first.VersionOf(field);
        }

        var merge = new JsonKeyMerge();
        foreach (var update in updates)
            merge.Add(get(update), update.VersionOf(field), update.KeyVersions);
        (var json, target.KeyVersions) = merge.Join();
        set(target, json);
        return merge.Version;
    }

    private bool IsLike(T left, T right, int field) =>
        left.KeyVersions is null && right.KeyVersions is null && left.VersionOf(field) == right.VersionOf(field) && get(left).AsSpan().SequenceEqual(get(right));
}
