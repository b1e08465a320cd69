using System.Numerics;

namespace TraceDashboard.Core.Merge;

/// <summary>Joins updates of one thing, field by field.</summary>
internal static class FieldMerge
{
    public static void Join<T>(T target, ReadOnlySpan<T> sources, ReadOnlySpan<FieldRule<T>> rules)
        where T : VersionedUpdate
    {
        var given = 0UL;
        foreach (var source in sources)
            given |= source.Fields;
        Span<UpdateVersion> versions = stackalloc UpdateVersion[rules.Length];
        for (var fields = target.Fields | given; fields != 0; fields &= fields - 1)
        {
            var field = BitOperations.TrailingZeroCount(fields);
            versions[field] = (given & (1UL << field)) != 0 ? rules[field].Join(target, sources, field) : target.VersionOf(field);
        }

        Compact(target, versions);
    }

    /// <summary>
    /// Chooses the greatest version for the whole and keeps those that differ. This depends on the versions of the fields
    /// alone, so equal states look equal.
    /// </summary>
    private static void Compact<T>(T target, ReadOnlySpan<UpdateVersion> versions)
        where T : VersionedUpdate
    {
        var greatest = default(UpdateVersion);
        for (var fields = target.Fields; fields != 0; fields &= fields - 1)
        {
            var version = versions[BitOperations.TrailingZeroCount(fields)];
            if (version > greatest)
                greatest = version;
        }

        target.Version = greatest;
        target.FieldVersions = null;
        for (var fields = target.Fields; fields != 0; fields &= fields - 1)
        {
            var field = BitOperations.TrailingZeroCount(fields);
            if (versions[field] != greatest)
                (target.FieldVersions ??= [])[(byte)field] = versions[field];
        }
    }
}
