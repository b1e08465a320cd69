using System.Runtime.InteropServices;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Analytics;

/// <summary>A trace as it is rolled up: in the bucket of its start.</summary>
internal readonly record struct RolledTrace(long StartTime, long? EndTime, string Environment, string? Name, short Status, long? Ttft);

/// <summary>A span as it is rolled up: in the bucket of its start.</summary>
internal readonly record struct RolledSpan(
    long StartTime, long? EndTime, long? FirstTokenTime, string Environment, string? TraceName, short Kind, short Status,
    string? Provider, string? Model, bool Counted, long? Cost, TokenUsage? Usage);

/// <summary>
/// Sums traces and spans up by bucket and dimensions. Tokens and cost are in the rows of the spans that count and nowhere else,
/// so that no sum over rows meets them twice.
/// </summary>
internal sealed class RollupSet(int projectId, int seconds)
{
    /// <summary>All names of a row together are its key, of which PostgreSQL's index takes 2 704 bytes.</summary>
    private const int MaxNameBytes = 600;

    private readonly Dictionary<Key, Sums> _rows = [];

    public void Add(in RolledTrace trace)
    {
        ref var sums = ref At(BucketOf(trace.StartTime), trace.Environment, RollupBucket.Traces, "", "", trace.Name ?? "");
        sums.Row.Count++;
        if (trace.Status == (short)SpanStatus.Error)
            sums.Row.Errors++;
        if (trace.EndTime is { } end)
            sums.Latency.Add(end - trace.StartTime);
        if (trace.Ttft is { } ttft)
            sums.Ttft.Add(ttft);
    }

    public void Add(in RolledSpan span)
    {
        ref var sums = ref At(BucketOf(span.StartTime), span.Environment, span.Kind, span.Provider ?? "", span.Model ?? "", span.TraceName ?? "");
        var row = sums.Row;
        row.Count++;
        // A call that several spans tell fails once.
        if (span.Status == (short)SpanStatus.Error && (span.Counted || !((SpanKind)span.Kind).IsModelCall()))
            row.Errors++;
        if (span.EndTime is { } end)
            sums.Latency.Add(end - span.StartTime);
        if (span.FirstTokenTime >= span.StartTime)
            sums.Ttft.Add(span.FirstTokenTime.Value - span.StartTime);
        if (!span.Counted)
            return;
        row.Calls++;
        row.TokensIn = Saturating.Add(row.TokensIn, span.Usage?.InputTotal ?? 0);
        row.TokensCached = Saturating.Add(row.TokensCached, span.Usage?.CacheRead ?? 0);
        row.TokensOut = Saturating.Add(row.TokensOut, span.Usage?.OutputTotal ?? 0);
        if (span.Cost is { } cost)
            row.Cost = Saturating.Add(row.Cost, cost);
        else
            row.Unpriced++;
    }

    /// <summary>Adds a row of shorter buckets.</summary>
    public void Add(RollupRow part)
    {
        ref var sums = ref At(RollupBucket.Floor(part.Bucket, seconds), part.Environment, part.Kind, part.Provider, part.Model, part.TraceName);
        var row = sums.Row;
        row.Count += part.Count;
        row.Errors += part.Errors;
        row.Calls += part.Calls;
        row.Unpriced += part.Unpriced;
        row.TokensIn = Saturating.Add(row.TokensIn, part.TokensIn);
        row.TokensCached = Saturating.Add(row.TokensCached, part.TokensCached);
        row.TokensOut = Saturating.Add(row.TokensOut, part.TokensOut);
        row.Cost = Saturating.Add(row.Cost, part.Cost);
        sums.Latency.Merge(part.Latency);
        sums.Ttft.Merge(part.Ttft);
    }

    public IEnumerable<RollupRow> ToRows()
    {
        foreach (var sums in _rows.Values)
        {
            sums.Row.Latency = sums.Latency.Encode();
            sums.Row.Ttft = sums.Ttft.Encode();
            yield return sums.Row;
        }
    }

    private long BucketOf(long nanos) => RollupBucket.Floor(nanos, seconds * UnixNanos.PerSecond) / UnixNanos.PerSecond;

    private ref Sums At(long bucket, string environment, short kind, string provider, string model, string traceName)
    {
        (environment, provider, model, traceName) = (Name(environment), Name(provider), Name(model), Name(traceName));
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, new Key(bucket, environment, kind, provider, model, traceName), out var known);
        if (!known)
        {
            sums = new Sums(
                new RollupRow { ProjectId = projectId, Bucket = bucket, Seconds = seconds, Environment = environment, Kind = kind, Provider = provider, Model = model, TraceName = traceName },
                new LatencySketch(),
                new LatencySketch());
        }

        return ref sums;
    }

    private static string Name(string name) => name.Length <= MaxNameBytes / 3 ? name : StorableText.Shorten(name, MaxNameBytes, MaxNameBytes);

    private readonly record struct Key(long Bucket, string Environment, short Kind, string Provider, string Model, string TraceName);

    private readonly record struct Sums(RollupRow Row, LatencySketch Latency, LatencySketch Ttft);
}
