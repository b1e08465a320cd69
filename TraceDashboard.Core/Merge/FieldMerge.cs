using System.Numerics;

namespace TraceDashboard.Core.Merge;

/// <summary>Joins two updates of one thing, field by field.</summary>
internal static class FieldMerge
{
    public static void Join<T>(T target, T source, ReadOnlySpan<FieldRule<T>> rules)
        where T : VersionedUpdate
    {
        Span<UpdateVersion> versions = stackalloc UpdateVersion[rules.Length];
        for (var fields = target.Fields; fields != 0; fields &= fields - 1)
        {
            var field = BitOperations.TrailingZeroCount(fields);
            versions[field] = target.VersionOf(field);
        }

        for (var fields = source.Fields; fields != 0; fields &= fields - 1)
        {
            var field = BitOperations.TrailingZeroCount(fields);
            var sourceVersion = source.VersionOf(field);
            if (target.Has(field))
            {
                versions[field] = rules[field].Join(target, source, versions[field], sourceVersion);
            }
            else
            {
                rules[field].Copy(target, source);
                versions[field] = sourceVersion;
            }
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
