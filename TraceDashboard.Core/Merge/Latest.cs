namespace TraceDashboard.Core.Merge;

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
