namespace TraceDashboard.Core.Merge;

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
