using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Analytics;

/// <summary>What the overview shows: the sums from rollups, in three SQL commands whatever the range, and the traces that stand out in two.</summary>
public sealed class OverviewQueries(TraceStore store, TraceSearch search, TimeProvider time)
{
    /// <summary>Models that have a series of their own.</summary>
    public const int MaxModels = 6;

    /// <summary>Slowest and most expensive traces that are listed.</summary>
    public const int MaxTopTraces = 5;

    /// <summary>Models without a price that are listed.</summary>
    public const int MaxUnpricedModels = 3;

    /// <summary>Marks that are looked at for how far the sums are behind.</summary>
    private const int MaxMarks = 20_000;

    /// <param name="from">Start of the range; the period before it that is compared is as long.</param>
    /// <param name="to">End of the range, exclusive.</param>
    /// <param name="utcOffset">Of the reader's time zone, so that days begin at midnight.</param>
    /// <param name="environment">Only this environment; null for all.</param>
    public async Task<Overview> GetAsync(
        int projectId, DateTimeOffset from, DateTimeOffset to, TimeSpan utcOffset, string? environment, CancellationToken cancellationToken)
    {
        var buckets = OverviewBuckets.For(from, to, utcOffset, RollupBucket.MinuteHorizon(time.GetUtcNow()));
        var (traces, calls, lag) = await store.ReadAsync(
            async (db, ct) => (
                await ReadTracesAsync(db, projectId, buckets, environment, ct),
                await ReadCallsAsync(db, projectId, buckets, environment, ct),
                await ReadLagAsync(db, projectId, ct)),
            cancellationToken);
        return new Overview
        {
            From = DateTimeOffset.FromUnixTimeSeconds(buckets.From),
            To = DateTimeOffset.FromUnixTimeSeconds(buckets.To),
            Current = Totals(traces.Where(t => t.Current), calls.Where(c => c.Current)),
            Previous = Totals(traces.Where(t => !t.Current), calls.Where(c => !c.Current)),
            Bucket = TimeSpan.FromSeconds(buckets.Size),
            Series = Series(buckets, traces, calls),
            CostByModel = CostByModel(buckets, calls),
            UnpricedModels = UnpricedModels(calls),
            Lag = lag,
        };
    }

    /// <summary>Ranks all traces of a range, up to <see cref="TraceSearch.MaxRankedTraces"/>: not to be asked every second.</summary>
    public async Task<OverviewTraces> TracesAsync(int projectId, DateTimeOffset from, DateTimeOffset to, string? environment, CancellationToken cancellationToken)
    {
        var filter = new TraceFilter { From = from, To = to, Environment = environment };
        return new OverviewTraces(
            await search.TopAsync(projectId, filter, TraceOrder.SlowestFirst, MaxTopTraces, cancellationToken),
            await search.TopAsync(projectId, filter, TraceOrder.MostExpensiveFirst, MaxTopTraces, cancellationToken));
    }

    private static IQueryable<RollupRow> Rollups(TraceDbContext db, int projectId, OverviewBuckets buckets, string? environment)
    {
        var previousFrom = buckets.PreviousFrom;
        var rows = db.Rollups.Where(r => r.ProjectId == projectId && r.Seconds == buckets.Seconds && r.Bucket >= previousFrom && r.Bucket < buckets.To);
        return string.IsNullOrEmpty(environment) ? rows : rows.Where(r => r.Environment == environment);
    }

    // Sketches can only be merged here, so these rows are read one by one.
    private static async Task<List<TraceSums>> ReadTracesAsync(
        TraceDbContext db, int projectId, OverviewBuckets buckets, string? environment, CancellationToken cancellationToken)
    {
        var rows = Rollups(db, projectId, buckets, environment)
            .Where(r => r.Kind == RollupBucket.Traces)
            .Select(r => new { r.Bucket, r.Count, r.Errors, r.Latency });
        var sums = new Dictionary<(bool, long), TraceSums>();
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var current = row.Bucket >= buckets.From;
            var key = (Current: current, Slot: buckets.Slot(current ? row.Bucket : row.Bucket + buckets.Length));
            if (!sums.TryGetValue(key, out var sum))
                sums.Add(key, sum = new TraceSums(key.Current, key.Slot));
            sum.Count += row.Count;
            sum.Errors += row.Errors;
            sum.Latency.Merge(row.Latency);
        }

        return [.. sums.Values];
    }

    private static async Task<List<CallSums>> ReadCallsAsync(
        TraceDbContext db, int projectId, OverviewBuckets buckets, string? environment, CancellationToken cancellationToken)
    {
        var (from, shift, size, length) = (buckets.From, buckets.Shift, buckets.Size, buckets.Length);
        var rows = Rollups(db, projectId, buckets, environment)
            .Where(r => r.Kind != RollupBucket.Traces && r.Calls > 0)
            .GroupBy(r => new { Current = r.Bucket >= from, Slot = (r.Bucket + (r.Bucket >= from ? 0 : length) + shift) / size, r.Model })
            .Select(g => new
            {
                g.Key,
                Calls = g.Sum(r => r.Calls),
                Unpriced = g.Sum(r => r.Unpriced),
                // No sum of whatever clients sent may overflow: tokens as doubles, money as MoneySum says.
                TokensIn = g.Sum(r => (double)r.TokensIn),
                TokensCached = g.Sum(r => (double)r.TokensCached),
                TokensOut = g.Sum(r => (double)r.TokensOut),
                Micro = g.Sum(r => r.Cost / MoneySum.PicoPerMicro),
                Pico = g.Sum(r => r.Cost % MoneySum.PicoPerMicro),
            });
        var sums = new List<CallSums>();
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var cost = MoneySum.ToUsd(row.Micro, row.Pico);
            sums.Add(new CallSums(row.Key.Current, row.Key.Slot, row.Key.Model, row.Calls, row.Unpriced, row.TokensIn, row.TokensCached, row.TokensOut, cost));
        }

        return sums;
    }

    private static async Task<RollupLag> ReadLagAsync(TraceDbContext db, int projectId, CancellationToken cancellationToken)
    {
        var lag = await db.DirtyBuckets
            .Where(d => d.ProjectId == projectId)
            .OrderBy(d => d.Generation)
            .Take(MaxMarks)
            .GroupBy(d => 1)
            .Select(g => new { Minutes = g.Select(d => d.Bucket).Distinct().Count(), Oldest = g.Min(d => d.Bucket) })
            .SingleOrDefaultAsync(cancellationToken);
        return lag is null ? default : new RollupLag(lag.Minutes, DateTimeOffset.FromUnixTimeSeconds(lag.Oldest));
    }

    private static OverviewPoint[] Series(OverviewBuckets buckets, List<TraceSums> traces, List<CallSums> calls)
    {
        var tracesOf = traces.ToLookup(t => (t.Current, t.Slot));
        var callsOf = calls.ToLookup(c => (c.Current, c.Slot));
        var first = buckets.Slot(buckets.From);
        return [.. Enumerable.Range(0, buckets.Count).Select(i => new OverviewPoint(buckets.StartOf(first + i), At(true, first + i), At(false, first + i)))];

        OverviewTotals At(bool current, long slot) => Totals(tracesOf[(current, slot)], callsOf[(current, slot)]);
    }

    private static UnpricedModel[] UnpricedModels(List<CallSums> calls) =>
    [
        .. calls.Where(c => c.Current && c.Unpriced > 0 && c.Model.Length > 0)
            .GroupBy(c => c.Model, (model, ofModel) => new UnpricedModel(model, ofModel.Sum(c => c.Unpriced)), StringComparer.Ordinal)
            .OrderByDescending(m => m.Calls)
            .ThenBy(m => m.Model, StringComparer.Ordinal)
            .Take(MaxUnpricedModels),
    ];

    private static ModelCost[] CostByModel(OverviewBuckets buckets, List<CallSums> calls)
    {
        var models = calls.Where(c => c.Current).GroupBy(c => c.Model, StringComparer.Ordinal)
            .OrderByDescending(m => m.Sum(c => c.Cost))
            .ThenBy(m => m.Key, StringComparer.Ordinal)
            .ToList();
        var own = models.Take(MaxModels).Select(m => Cost(m.Key, [.. m]));
        var others = models.Skip(MaxModels).SelectMany(m => m).ToList();
        return others.Count == 0 ? [.. own] : [.. own, Cost(null, others)];

        ModelCost Cost(string? model, List<CallSums> ofModel)
        {
            var first = buckets.Slot(buckets.From);
            var bySlot = ofModel.ToLookup(c => c.Slot);
            return new ModelCost(
                model, CostOf(ofModel), [.. Enumerable.Range(0, buckets.Count).Select(i => CostOf(bySlot[first + i]))], ofModel.Sum(c => c.Unpriced));
        }
    }

    private static OverviewTotals Totals(IEnumerable<TraceSums> traces, IEnumerable<CallSums> calls)
    {
        var (latency, count, errors) = (new LatencySketch(), 0L, 0L);
        foreach (var sum in traces)
        {
            count += sum.Count;
            errors += sum.Errors;
            latency.Merge(sum.Latency);
        }

        var all = calls as ICollection<CallSums> ?? [.. calls];
        var (tokensIn, tokensOut) = (all.Sum(c => c.TokensIn), all.Sum(c => c.TokensOut));
        var unknown = all.Count > 0 && tokensIn + tokensOut == 0;
        return new OverviewTotals
        {
            Traces = count,
            Errors = errors,
            LatencyP50 = Duration(latency.Quantile(0.5)),
            LatencyP95 = Duration(latency.Quantile(0.95)),
            Calls = all.Sum(c => c.Calls),
            UnpricedCalls = all.Sum(c => c.Unpriced),
            TokensIn = unknown ? null : (long)tokensIn,
            TokensCached = (long)all.Sum(c => c.TokensCached),
            TokensOut = unknown ? null : (long)tokensOut,
            Cost = CostOf(all),
        };
    }

    private static decimal? CostOf(IEnumerable<CallSums> calls)
    {
        var (cost, any, priced) = (0m, false, false);
        foreach (var call in calls)
        {
            cost += call.Cost;
            any = true;
            priced |= call.Unpriced < call.Calls;
        }

        return any && !priced ? null : cost;
    }

    private static TimeSpan? Duration(double? nanos) => nanos is { } value ? UnixNanos.ToTimeSpan((long)value) : null;

    private sealed record TraceSums(bool Current, long Slot)
    {
        public long Count { get; set; }

        public long Errors { get; set; }

        public LatencySketch Latency { get; } = new();
    }

    private sealed record CallSums(
        bool Current, long Slot, string Model, long Calls, long Unpriced, double TokensIn, double TokensCached, double TokensOut, decimal Cost);
}
