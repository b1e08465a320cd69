using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Analytics;

/// <summary>
/// Recomputes the rollups of the minutes that writers marked. Each is computed anew from what is stored, so late and repeated
/// data do no harm, and a pass that was broken off is simply done again. While much data comes in, it takes its small share of
/// the time and lets the charts lag.
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

    /// <summary>One pass. Returns how many marks it has done with.</summary>
    public async Task<int> RefreshAsync(CancellationToken cancellationToken)
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
                    : await RefreshAsync(work, started, cancellationToken);
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
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
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
    }

    /// <summary>Only while others write a lot must they be spared: a backlog of data that has come in is worked off quickly.</summary>
    internal static TimeSpan PauseAfter(TimeSpan work, bool underLoad, RollupOptions options)
    {
        var share = underLoad ? work * ((1 / options.LoadShare) - 1) : TimeSpan.Zero;
        return share > options.Interval ? share : options.Interval;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pruned = long.MinValue;
        var seen = 0L;
        while (true)
        {
            var started = time.GetTimestamp();
            var pause = _options.Interval;
            try
            {
                seen = Math.Max(seen, await LastGenerationAsync(stoppingToken));
                await RefreshAsync(stoppingToken);
                var horizon = RollupBucket.MinuteHorizon(time.GetUtcNow());
                if (horizon > pruned)
                {
                    await PruneAsync(stoppingToken);
                    pruned = horizon;
                }

                var marked = await CountMarksAfterAsync(seen, stoppingToken);
                var elapsed = time.GetElapsedTime(started);
                pause = PauseAfter(elapsed, underLoad: marked > elapsed.TotalSeconds * BusyMarksPerSecond, _options);
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

    private async Task<int> RefreshAsync(Work work, long started, CancellationToken cancellationToken)
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
        await WriteAsync(work.ProjectId, RollupBucket.Minute, done, minutes, [], cancellationToken);
        await WriteAsync(work.ProjectId, RollupBucket.Quarter, [work.Quarter], quarter, generations, cancellationToken);
        return generations.Count;
    }

    // Whole buckets at a time; the marks go with the last of them.
    private async Task WriteAsync(
        int projectId, int seconds, List<long> buckets, List<RollupRow> rows, List<long> generations, CancellationToken cancellationToken)
    {
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
            await store.WriteAsync(
                (db, ct) => RollupWriter.ReplaceAsync(db, projectId, seconds, sliceBuckets, sliceRows, last ? generations : [], ct), cancellationToken);
            slice = ([], []);
        }
    }

    private Task<long> LastGenerationAsync(CancellationToken cancellationToken) =>
        store.ReadAsync(async (db, ct) => await db.DirtyBuckets.MaxAsync(d => (long?)d.Generation, ct) ?? 0, cancellationToken);

    private Task<int> CountMarksAfterAsync(long generation, CancellationToken cancellationToken) =>
        store.ReadAsync((db, ct) => db.DirtyBuckets.CountAsync(d => d.Generation > generation, ct), cancellationToken);

    [LoggerMessage(1, LogLevel.Error, "The rollups of project {ProjectId} from {Bucket:u} could not be computed; they will be tried again")]
    private partial void LogFailed(Exception exception, int projectId, DateTimeOffset bucket);

    [LoggerMessage(2, LogLevel.Error, "Refreshing the rollups failed; it will be tried again")]
    private partial void LogPassFailed(Exception exception);

    /// <summary>What changed of one quarter of an hour of a project.</summary>
    private sealed record Work(int ProjectId, long Quarter, bool HasMinutes, List<DirtyBucketRow> Marks);
}
