using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Analytics;

/// <summary>
/// Recomputes the rollups of the minutes that writers marked. Each is computed anew from what is stored, so late and repeated
/// data do no harm, and a pass that was broken off is simply done again. One pass at a time, whichever process does it: of two, the one that
/// has read first could write last. While much data comes in, it takes its small share of the time and lets the charts lag.
/// </summary>
public sealed partial class RollupRefresher(TraceStore store, TimeProvider time, IOptions<RollupOptions> options, ILogger<RollupRefresher> logger)
    : BackgroundService
{
    /// <summary>Marks that a pass takes up.</summary>
    private const int MaxMarks = 20_000;

    /// <summary>From this many new marks a second on, the writers are busy: each of their transactions makes at least one.</summary>
    private const int BusyMarksPerSecond = 20;

    /// <summary>Rows that are written in one transaction, or those of one bucket: about 3 ms of SQLite's write lock.</summary>
    private const int MaxRows = 500;

    private readonly RollupOptions _options = options.Value;
    private long _seen;

    /// <summary>One pass, unless one is under way.</summary>
    /// <returns>How many marks it has done with; null when another pass is under way, here or in another process.</returns>
    public async Task<int?> RefreshAsync(CancellationToken cancellationToken)
    {
        if (!await store.ReadAsync((db, ct) => db.DirtyBuckets.AnyAsync(ct), cancellationToken))
            return 0;
        await using var claim = await WorkClaim.TryTakeAsync(store, SharedWork.Rollups, cancellationToken);
        return claim is null ? null : await RefreshAsync(claim, cancellationToken);
    }

    /// <summary>Passes, until what is marked by now has been computed, whoever does it. Under load they come as slowly as all others.</summary>
    internal async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var last = await LastGenerationAsync(cancellationToken);
        while (await store.ReadAsync((db, ct) => db.DirtyBuckets.AnyAsync(d => d.Generation <= last, ct), cancellationToken))
        {
            (int Done, TimeSpan Work, bool UnderLoad) pass;
            await using (var claim = await WorkClaim.TakeAsync(store, SharedWork.Rollups, cancellationToken))
                pass = await MeasureAsync(() => RefreshAsync(claim, cancellationToken), cancellationToken);
            if (pass.Done == 0)
                return; // what is left cannot be computed
            if (pass.UnderLoad)
                await Task.Delay(RestAfter(pass.Work, _options), time, cancellationToken);
        }
    }

    private async Task<int> RefreshAsync(WorkClaim claim, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var marks = await store.ReadAsync(
            (db, ct) => db.DirtyBuckets.OrderBy(d => d.Generation).Take(MaxMarks).ToListAsync(ct), cancellationToken);
        var horizon = RollupBucket.MinuteHorizon(time.GetUtcNow());
        var keptBefore = marks.Count == 0
            ? []
            : await store.ReadAsync((db, ct) => db.RetentionStates.ToDictionaryAsync(s => s.ProjectId, s => s.ChartsKeptBefore, ct), cancellationToken);
        var done = 0;
        foreach (var work in Plan(marks, horizon))
        {
            if (done > 0 && time.GetElapsedTime(started) >= _options.Slice)
                break;
            try
            {
                done += work.Quarter < keptBefore.GetValueOrDefault(work.ProjectId)
                    ? await ForgetAsync(work, cancellationToken)
                    : await RefreshAsync(claim, work, started, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Its marks stay; what else changed must not wait for it.
                LogFailed(e, work.ProjectId, DateTimeOffset.FromUnixTimeSeconds(work.Quarter));
            }
        }

        return done;
    }

    /// <summary>Deletes minutes that are older than their retention, a quarter of an hour at a time.</summary>
    /// <returns>False when another pass is under way.</returns>
    public async Task<bool> PruneAsync(CancellationToken cancellationToken)
    {
        await using var claim = await WorkClaim.TryTakeAsync(store, SharedWork.Rollups, cancellationToken);
        if (claim is null)
            return false;
        var horizon = RollupBucket.MinuteHorizon(time.GetUtcNow());
        var projects = await store.ReadAsync((db, ct) => db.Projects.Select(p => p.Id).ToListAsync(ct), cancellationToken);
        foreach (var projectId in projects)
        {
            while (true)
            {
                var oldest = await store.ReadAsync(
                    (db, ct) => db.Rollups
                        .Where(r => r.ProjectId == projectId && r.Seconds == RollupBucket.Minute && r.Bucket < horizon)
                        .MinAsync(r => (long?)r.Bucket, ct),
                    cancellationToken);
                if (oldest is null)
                    break;
                var end = RollupBucket.Floor(oldest.Value, RollupBucket.Quarter) + RollupBucket.Quarter;
                await store.WriteAsync(
                    (db, ct) => db.Rollups
                        .Where(r => r.ProjectId == projectId && r.Seconds == RollupBucket.Minute && r.Bucket >= oldest && r.Bucket < end)
                        .ExecuteDeleteAsync(ct),
                    cancellationToken);
            }
        }

        return true;
    }

    /// <summary>Only while others write a lot must they be spared: a backlog of data that has come in is worked off quickly.</summary>
    internal static TimeSpan PauseAfter(TimeSpan work, bool underLoad, RollupOptions options)
    {
        var rest = underLoad ? RestAfter(work, options) : TimeSpan.Zero;
        return rest > options.Interval ? rest : options.Interval;
    }

    private static TimeSpan RestAfter(TimeSpan work, RollupOptions options) => work * ((1 / options.LoadShare) - 1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pruned = long.MinValue;
        while (true)
        {
            var pause = _options.Interval;
            try
            {
                var (_, work, underLoad) = await MeasureAsync(
                    async () =>
                    {
                        await RefreshAsync(stoppingToken);
                        var horizon = RollupBucket.MinuteHorizon(time.GetUtcNow());
                        if (horizon > pruned && await PruneAsync(stoppingToken))
                            pruned = horizon;
                        return 0;
                    },
                    stoppingToken);
                pause = PauseAfter(work, underLoad, _options);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogPassFailed(e);
            }

            try
            {
                await Task.Delay(pause, time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // In the order of the first marks, so that under load none waits for ever.
    private static IEnumerable<Work> Plan(List<DirtyBucketRow> marks, long horizon) => marks
        .GroupBy(m => (m.ProjectId, Quarter: RollupBucket.Floor(m.Bucket, RollupBucket.Quarter)))
        .Select(m => new Work(m.Key.ProjectId, m.Key.Quarter, HasMinutes: m.Key.Quarter >= horizon, [.. m]));

    /// <summary>Of that time traces were deleted for their age: what is stored is no longer all that there was.</summary>
    private async Task<int> ForgetAsync(Work work, CancellationToken cancellationToken)
    {
        List<long> generations = [.. work.Marks.Select(m => m.Generation)];
        await store.WriteAsync((db, ct) => RollupWriter.ReplaceAsync(db, work.ProjectId, RollupBucket.Quarter, [], [], generations, ct), cancellationToken);
        return generations.Count;
    }

    private async Task<int> RefreshAsync(WorkClaim claim, Work work, long started, CancellationToken cancellationToken)
    {
        var done = new List<long>();
        var (minutes, quarter) = await store.ReadAsync(
            async (db, ct) =>
            {
                var quarter = new RollupSet(work.ProjectId, RollupBucket.Quarter);
                if (!work.HasMinutes)
                {
                    await RollupSource.AddFromSpansAsync(quarter, db, work.ProjectId, work.Quarter, work.Quarter + RollupBucket.Quarter, ct);
                    return ([], quarter.ToRows().ToList());
                }

                // A busy minute takes seconds: what does not fit into the slice keeps its marks.
                var minutes = new RollupSet(work.ProjectId, RollupBucket.Minute);
                foreach (var minute in work.Marks.Select(m => m.Bucket).Distinct())
                {
                    await RollupSource.AddFromSpansAsync(minutes, db, work.ProjectId, minute, minute + RollupBucket.Minute, ct);
                    done.Add(minute);
                    if (time.GetElapsedTime(started) >= _options.Slice)
                        break;
                }

                var rows = minutes.ToRows().ToList();
                foreach (var row in rows)
                    quarter.Add(row);
                await RollupSource.AddFromMinutesAsync(quarter, db, work.ProjectId, work.Quarter, work.Quarter + RollupBucket.Quarter, done.ToHashSet(), ct);
                return (rows, quarter.ToRows().ToList());
            },
            cancellationToken);

        var generations = work.Marks.Where(m => !work.HasMinutes || done.Contains(m.Bucket)).Select(m => m.Generation).ToList();
        await WriteAsync(claim, work.ProjectId, RollupBucket.Minute, done, minutes, [], cancellationToken);
        return await WriteAsync(claim, work.ProjectId, RollupBucket.Quarter, [work.Quarter], quarter, generations, cancellationToken);
    }

    /// <summary>Whole buckets at a time; the marks go with the last of them.</summary>
    /// <returns>How many marks those are: none when one of them was taken off meanwhile, by somebody who has computed what is newer.</returns>
    private async Task<int> WriteAsync(
        WorkClaim claim, int projectId, int seconds, List<long> buckets, List<RollupRow> rows, List<long> generations, CancellationToken cancellationToken)
    {
        await claim.CheckAsync(cancellationToken);
        var byBucket = rows.ToLookup(r => r.Bucket);
        var slice = (Buckets: new List<long>(), Rows: new List<RollupRow>());
        for (var i = 0; i < buckets.Count; i++)
        {
            slice.Buckets.Add(buckets[i]);
            slice.Rows.AddRange(byBucket[buckets[i]]);
            var last = i == buckets.Count - 1;
            if (!last && slice.Rows.Count + byBucket[buckets[i + 1]].Count() <= MaxRows)
                continue;
            var (sliceBuckets, sliceRows) = slice;
            if (!await store.WriteAsync(
                (db, ct) => RollupWriter.ReplaceAsync(db, projectId, seconds, sliceBuckets, sliceRows, last ? generations : [], ct), cancellationToken))
                return 0;
            slice = ([], []);
        }

        return generations.Count;
    }

    /// <summary>How long a piece of work takes, and whether others write a lot meanwhile.</summary>
    private async Task<(int Result, TimeSpan Work, bool UnderLoad)> MeasureAsync(Func<Task<int>> run, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var seen = Math.Max(_seen, await LastGenerationAsync(cancellationToken));
        var result = await run();
        var work = time.GetElapsedTime(started);
        var busy = (int)(work.TotalSeconds * BusyMarksPerSecond) + 1;
        var marked = await store.ReadAsync((db, ct) => db.DirtyBuckets.Where(d => d.Generation > seen).Take(busy).CountAsync(ct), cancellationToken);
        _seen = seen;
        return (result, work, marked >= busy);
    }

    private Task<long> LastGenerationAsync(CancellationToken cancellationToken) =>
        store.ReadAsync(async (db, ct) => await db.DirtyBuckets.MaxAsync(d => (long?)d.Generation, ct) ?? 0, cancellationToken);

    [LoggerMessage(1, LogLevel.Error, "The rollups of project {ProjectId} from {Bucket:u} could not be computed; they will be tried again")]
    private partial void LogFailed(Exception exception, int projectId, DateTimeOffset bucket);

    [LoggerMessage(2, LogLevel.Error, "Refreshing the rollups failed; it will be tried again")]
    private partial void LogPassFailed(Exception exception);

    /// <summary>What changed of one quarter of an hour of a project.</summary>
    private sealed record Work(int ProjectId, long Quarter, bool HasMinutes, List<DirtyBucketRow> Marks);
}
