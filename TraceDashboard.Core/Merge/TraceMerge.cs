namespace TraceDashboard.Core.Merge;

/// <summary>The merge rule for the own fields of traces, see <see cref="SpanMerge"/>.</summary>
public static class TraceMerge
{
    /// <summary>Fields that have a row of their own, because they may be large.</summary>
    public const ulong ContentFields = (1UL << (int)TraceField.Input) | (1UL << (int)TraceField.Output);

    // In the order of TraceField.
    private static readonly FieldRule<TraceUpdate>[] Rules =
    [
        new Combine<TraceUpdate, long?>(t => t.Timestamp, (t, v) => t.Timestamp = v, times => times.Min()),
        Text(t => t.Name, (t, v) => t.Name = v),
        Text(t => t.UserId, (t, v) => t.UserId = v),
        Text(t => t.SessionId, (t, v) => t.SessionId = v),
        new Latest<TraceUpdate, string>(t => t.Environment, (t, v) => t.Environment = v, string.CompareOrdinal, firstWins: true),
        Text(t => t.Release, (t, v) => t.Release = v),
        Text(t => t.AppVersion, (t, v) => t.AppVersion = v),
        new Combine<TraceUpdate, string[]>(t => t.Tags, (t, v) => t.Tags = v, tags => [.. tags.SelectMany(t => t)]),
        new ByKey<TraceUpdate>(t => t.Metadata, (t, v) => t.Metadata = v),
        Text(t => t.InputPreview, (t, v) => t.InputPreview = v),
        Text(t => t.OutputPreview, (t, v) => t.OutputPreview = v),
        Bytes(t => t.Input, (t, v) => t.Input = v),
        Bytes(t => t.Output, (t, v) => t.Output = v),
        new Latest<TraceUpdate, bool?>(t => t.IsPublic, (t, v) => t.IsPublic = v, (a, b) => Nullable.Compare(a, b)),
        Text(t => t.ExternalId, (t, v) => t.ExternalId = v),
        new Combine<TraceUpdate, byte[]>(t => t.SharedMetadata, (t, v) => t.SharedMetadata = v, values => values.Aggregate(JsonAgreement.Join)),
    ];

    /// <summary>What several updates of one trace say together.</summary>
    public static TraceUpdate JoinAll(ReadOnlySpan<TraceUpdate> updates)
    {
        var joined = new TraceUpdate { ProjectId = updates[0].ProjectId, TraceId = updates[0].TraceId, Version = default, OfSpans = updates[0].OfSpans };
        Join(joined, updates);
        return joined;
    }

    /// <summary>Joins <paramref name="sources"/> into <paramref name="target"/>. All must be of the same trace.</summary>
    public static void Join(TraceUpdate target, params ReadOnlySpan<TraceUpdate> sources) => FieldMerge.Join(target, sources, Rules);

    private static Latest<TraceUpdate, string> Text(Func<TraceUpdate, string?> get, Action<TraceUpdate, string?> set) =>
        new(get, set, string.CompareOrdinal);

    private static Latest<TraceUpdate, byte[]> Bytes(Func<TraceUpdate, byte[]?> get, Action<TraceUpdate, byte[]?> set) =>
        new(get, set, (a, b) => a.AsSpan().SequenceCompareTo(b));
}
