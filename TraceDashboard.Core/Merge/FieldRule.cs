namespace TraceDashboard.Core.Merge;

/// <summary>
/// How one field is merged. Each rule is commutative, associative and idempotent, so that updates may arrive in any order,
/// in any split, and more than once. It takes all of them at once, because one after another many would cost quadratically.
/// </summary>
/// <typeparam name="T">The kind of update that has the field.</typeparam>
internal abstract class FieldRule<T>
    where T : VersionedUpdate
{
    /// <summary>Joins the values of those sources that set the field into the target's; returns the version of what the target has then.</summary>
    public abstract UpdateVersion Join(T target, ReadOnlySpan<T> sources, int field);
}

/// <summary>The value with the greatest version stays; of two with equal versions, the greater value. Null is a value.</summary>
internal sealed class Latest<T, TValue>(Func<T, TValue?> get, Action<T, TValue?> set, Comparison<TValue> compare, bool firstWins = false) : FieldRule<T>
    where T : VersionedUpdate
{
    public override UpdateVersion Join(T target, ReadOnlySpan<T> sources, int field)
    {
        var version = target.VersionOf(field);
        foreach (var source in sources)
        {
            if (!source.Has(field))
                continue;
            var theirs = source.VersionOf(field);
            if (target.Has(field) && !Wins(theirs.CompareTo(version), source, target))
                continue;
            set(target, get(source));
            version = theirs;
        }

        return version;
    }

    private bool Wins(int order, T source, T target)
    {
        if (order == 0)
            order = Compare(get(source), get(target));
        return firstWins ? order < 0 : order > 0;
    }

    private int Compare(TValue? left, TValue? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ => compare(left, right),
    };
}

/// <summary>The value follows from all values that were sent, whatever their versions.</summary>
internal sealed class Combine<T, TValue>(Func<T, TValue?> get, Action<T, TValue?> set, Func<IReadOnlyList<TValue>, TValue> combine) : FieldRule<T>
    where T : VersionedUpdate
{
    public override UpdateVersion Join(T target, ReadOnlySpan<T> sources, int field)
    {
        UpdateVersion? version = null;
        var values = new List<TValue>(sources.Length + 1);
        Add(target);
        foreach (var source in sources)
            Add(source);
        set(target, values.Count > 1 ? combine(values) : values.FirstOrDefault());
        return version!.Value;

        void Add(T update)
        {
            if (!update.Has(field))
                return;
            if (get(update) is { } value)
                values.Add(value);
            if (!(version >= update.VersionOf(field)))
                version = update.VersionOf(field);
        }
    }
}

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
