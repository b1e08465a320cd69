using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Merge;

/// <summary>The merge rule for spans: joins updates in any order to the same state. No I/O; storage only keeps the result.</summary>
public static class SpanMerge
{
    // In the order of SpanField.
    private static readonly FieldRule<SpanUpdate>[] Rules =
    [
        Text(s => s.ParentSpanId, (s, v) => s.ParentSpanId = v),
        Text(s => s.Name, (s, v) => s.Name = v),
        new Latest<SpanUpdate, SpanKind?>(s => s.Kind, (s, v) => s.Kind = v, (a, b) => Nullable.Compare(a, b)),
        new Latest<SpanUpdate, SpanStatus?>(s => s.Status, (s, v) => s.Status = v, (a, b) => Nullable.Compare(a, b)),
        Text(s => s.StatusMessage, (s, v) => s.StatusMessage = v),
        Text(s => s.ErrorType, (s, v) => s.ErrorType = v),
        new Combine<SpanUpdate, long?>(s => s.StartTime, (s, v) => s.StartTime = v, times => times.Min()),
        Number(s => s.EndTime, (s, v) => s.EndTime = v),
        Number(s => s.FirstTokenTime, (s, v) => s.FirstTokenTime = v),
        Text(s => s.Provider, (s, v) => s.Provider = v),
        Text(s => s.RequestModel, (s, v) => s.RequestModel = v),
        Text(s => s.ResponseModel, (s, v) => s.ResponseModel = v),
        Text(s => s.ResponseId, (s, v) => s.ResponseId = v),
        new Latest<SpanUpdate, TokenUsage>(s => s.Usage, (s, v) => s.Usage = v, CompareUsage),
        new Latest<SpanUpdate, decimal?>(s => s.ReportedCost, (s, v) => s.ReportedCost = v, (a, b) => Nullable.Compare(a, b)),
        new Latest<SpanUpdate, bool?>(s => s.Streaming, (s, v) => s.Streaming = v, (a, b) => Nullable.Compare(a, b)),
        Text(s => s.FinishReason, (s, v) => s.FinishReason = v),
        Text(s => s.ServiceTier, (s, v) => s.ServiceTier = v),
        Text(s => s.ToolName, (s, v) => s.ToolName = v),
        Text(s => s.ToolCallId, (s, v) => s.ToolCallId = v),
        Text(s => s.AgentName, (s, v) => s.AgentName = v),
        Text(s => s.PromptName, (s, v) => s.PromptName = v),
        Text(s => s.PromptVersion, (s, v) => s.PromptVersion = v),
        Text(s => s.ServiceName, (s, v) => s.ServiceName = v),
        Bytes(s => s.Input, (s, v) => s.Input = v),
        Bytes(s => s.Output, (s, v) => s.Output = v),
        new ByKey<SpanUpdate>(s => s.Attributes, (s, v) => s.Attributes = v),
        new Combine<SpanUpdate, byte[]>(s => s.Events, (s, v) => s.Events = v, JsonArrayUnion.Join),
        new Combine<SpanUpdate, byte[]>(s => s.Links, (s, v) => s.Links = v, JsonArrayUnion.Join),
        Bytes(s => s.Resource, (s, v) => s.Resource = v),
        Bytes(s => s.Origin, (s, v) => s.Origin = v),
    ];

    /// <summary>The fields that are kept with the contents, which a merge loads only when the update sets one of them.</summary>
    internal const ulong ContentFields =
        (1UL << (int)SpanField.Input) | (1UL << (int)SpanField.Output) | (1UL << (int)SpanField.Attributes)
        | (1UL << (int)SpanField.Events) | (1UL << (int)SpanField.Links) | (1UL << (int)SpanField.Resource) | (1UL << (int)SpanField.Origin);

    /// <summary>What several updates of one span say together.</summary>
    public static SpanUpdate JoinAll(ReadOnlySpan<SpanUpdate> updates)
    {
        var first = updates[0];
        var joined = new SpanUpdate { ProjectId = first.ProjectId, TraceId = first.TraceId, SpanId = first.SpanId, Version = default, Hash = first.Hash };
        Join(joined, updates);
        return joined;
    }

    /// <summary>Joins <paramref name="sources"/> into <paramref name="target"/>. All must be of the same span.</summary>
    public static void Join(SpanUpdate target, params ReadOnlySpan<SpanUpdate> sources)
    {
        FieldMerge.Join(target, sources, Rules);
        var chunks = new List<List<OutputChunk>>();
        if (target.Chunks is not null)
            chunks.Add(target.Chunks);
        foreach (var source in sources)
        {
            target.Hash = JoinHashes(target.Hash, source.Hash);
            if (source.Chunks is not null)
                chunks.Add(source.Chunks);
        }

        target.Chunks = chunks.Count > 1 ? JoinChunks(chunks.SelectMany(c => c)) : chunks.FirstOrDefault();
    }

    /// <summary>
    /// Different updates together are a repeat only of the same together, and of nothing when one of them is not known again.
    /// A sum, because what comes twice must not cancel itself out: the rest would pass for a repeat of one that it is not.
    /// </summary>
    private static long JoinHashes(long left, long right) => left == right ? left : left == 0 || right == 0 ? 0 : unchecked(left + right);

    internal static List<OutputChunk> JoinChunks(IEnumerable<OutputChunk> chunks)
    {
        var bySequence = new SortedDictionary<long, string>();
        foreach (var chunk in chunks)
        {
            if (!bySequence.TryGetValue(chunk.Sequence, out var text) || string.CompareOrdinal(chunk.Text, text) > 0)
                bySequence[chunk.Sequence] = chunk.Text;
        }

        return [.. bySequence.Select(c => new OutputChunk(c.Key, c.Value))];
    }

    private static Latest<SpanUpdate, string> Text(Func<SpanUpdate, string?> get, Action<SpanUpdate, string?> set) =>
        new(get, set, string.CompareOrdinal);

    private static Latest<SpanUpdate, long?> Number(Func<SpanUpdate, long?> get, Action<SpanUpdate, long?> set) =>
        new(get, set, (a, b) => Nullable.Compare(a, b));

    private static Latest<SpanUpdate, byte[]> Bytes(Func<SpanUpdate, byte[]?> get, Action<SpanUpdate, byte[]?> set) =>
        new(get, set, (a, b) => a.AsSpan().SequenceCompareTo(b));

    private static int CompareUsage(TokenUsage left, TokenUsage right)
    {
        ReadOnlySpan<(long?, long?)> buckets =
        [
            (left.Input, right.Input), (left.CacheRead, right.CacheRead), (left.CacheWrite5m, right.CacheWrite5m),
            (left.CacheWrite1h, right.CacheWrite1h), (left.Output, right.Output), (left.Reasoning, right.Reasoning),
            (left.InputAudio, right.InputAudio), (left.OutputAudio, right.OutputAudio),
            (left.InputImage, right.InputImage), (left.OutputImage, right.OutputImage), (left.Unsplit, right.Unsplit), ((long)left.Rule, (long)right.Rule),
        ];
        foreach (var (a, b) in buckets)
        {
            if (Nullable.Compare(a, b) is not 0 and var order)
                return order;
        }

        return string.CompareOrdinal(left.Other, right.Other);
    }
}
