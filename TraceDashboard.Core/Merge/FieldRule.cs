namespace TraceDashboard.Core.Merge;

/// <summary>
/// How one field is merged. Each rule is commutative, associative and idempotent, so that updates may arrive in any order,
/// in any split, and more than once.
/// </summary>
/// <typeparam name="T">The kind of update that has the field.</typeparam>
internal abstract class FieldRule<T>
    where T : VersionedUpdate
{
    /// <summary>Takes the value as it is; called when the target has none.</summary>
    public abstract void Copy(T target, T source);

    /// <summary>Joins the source's value into the target's; returns the version of what the target has then.</summary>
    public abstract UpdateVersion Join(T target, T source, UpdateVersion targetVersion, UpdateVersion sourceVersion);
}

/// <summary>The value with the greatest version stays; of two with equal versions, the greater value. Null is a value.</summary>
internal sealed class Latest<T, TValue>(Func<T, TValue?> get, Action<T, TValue?> set, Comparison<TValue> compare, bool firstWins = false) : FieldRule<T>
    where T : VersionedUpdate
{
    public override void Copy(T target, T source) => set(target, get(source));

    public override UpdateVersion Join(T target, T source, UpdateVersion targetVersion, UpdateVersion sourceVersion)
    {
        var order = sourceVersion.CompareTo(targetVersion);
        if (order == 0)
            order = Compare(get(source), get(target));
        if (firstWins)
            order = -order;
        if (order <= 0)
            return targetVersion;
        Copy(target, source);
        return sourceVersion;
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
internal sealed class Combine<T, TValue>(Func<T, TValue?> get, Action<T, TValue?> set, Func<TValue, TValue, TValue> combine) : FieldRule<T>
    where T : VersionedUpdate
{
    public override void Copy(T target, T source) => set(target, get(source));

    public override UpdateVersion Join(T target, T source, UpdateVersion targetVersion, UpdateVersion sourceVersion)
    {
        if (get(source) is { } value)
            set(target, get(target) is { } current ? combine(current, value) : value);
        return sourceVersion > targetVersion ? sourceVersion : targetVersion;
    }
}

/// <summary>A JSON object whose keys are merged one by one.</summary>
internal sealed class ByKey<T>(Func<T, byte[]?> get, Action<T, byte[]?> set) : FieldRule<T>
    where T : VersionedUpdate
{
    public override void Copy(T target, T source)
    {
        set(target, get(source));
        target.KeyVersions = source.KeyVersions;
    }

    public override UpdateVersion Join(T target, T source, UpdateVersion targetVersion, UpdateVersion sourceVersion)
    {
        // The same message again, or one like it: nothing to parse.
        if (targetVersion == sourceVersion && target.KeyVersions is null && source.KeyVersions is null
            && get(target).AsSpan().SequenceEqual(get(source)))
            return targetVersion;

        var (json, versions) = JsonKeyMerge.Join(
            get(target), targetVersion, target.KeyVersions, get(source), sourceVersion, source.KeyVersions);
        set(target, json);
        target.KeyVersions = versions;
        return sourceVersion > targetVersion ? sourceVersion : targetVersion;
    }
}
