using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Upkeep;

/// <summary>
/// Computes what is derived from spans (summaries of traces, which calls count, charts) anew and compares it with what is stored; repairs it
/// when asked to. What changes meanwhile is left to its writers, who have the time that they need. A run that was broken off goes on where it
/// was.
/// </summary>
internal sealed class StoreCheck(
    TraceStore store, SpanWriter writer, PriceBooks books, RollupRefresher rollups, LiveFeed feed, UpkeepPace pace, TimeProvider time)
{
    public const string Verify = "verify";
    public const string Rebuild = "rebuild";

    private const int Page = 100;

    /// <summary>Differences that are described; the others are counted.</summary>
    private const int MaxDescribed = 20;

    /// <summary>Runs until all is looked at. The row tells others how far it is.</summary>
    public async Task RunAsync(MaintenanceRunRow run, CancellationToken cancellationToken)
    {
        var repairs = run.Kind == Rebuild;
        while (true)
        {
            // Of every project: this is the store's own upkeep.
            var page = await store.ReadAsync((db, ct) => db.Traces.Where(t => t.TraceNo > run.Position).OrderBy(t => t.TraceNo).Take(Page).ToListAsync(ct), cancellationToken);
            if (page.Count == 0)
                break;
            foreach (var trace in page)
            {
                var began = time.GetTimestamp();
                run.Traces++;
                var facts = await TraceFacts.ReadAsync(store, books, trace.ProjectId, trace.TraceId, trace.TraceNo, cancellationToken);
                run.Spans += facts.Spans.Count;
                if (Difference(trace, facts) is { } difference)
                {
                    Describe(run, difference);
                    if (repairs)
                        feed.Publish(await writer.SummariseAsync(facts, cancellationToken));
                }

                await pace.RestAsync(time.GetElapsedTime(began), cancellationToken);
            }

            run.Position = page[^1].TraceNo;
            await SaveAsync(run, cancellationToken);
        }

        if (repairs)
            await rollups.CatchUpAsync(cancellationToken); // what the repairs above have marked is no difference of its own
        var projects = await store.ReadAsync((db, ct) => db.Projects.Select(p => p.Id).ToListAsync(ct), cancellationToken);
        foreach (var projectId in projects)
            await CheckChartsAsync(run, projectId, repairs, cancellationToken);
        if (repairs)
            await rollups.CatchUpAsync(cancellationToken);
        run.FinishedAt = time.GetUnixNanos();
        await SaveAsync(run, cancellationToken);
    }

    /// <summary>What is not as the spans say; null when all is, or while the trace changes.</summary>
    private static string? Difference(TraceRow stored, TraceFacts facts)
    {
        if (facts.Version != stored.Version || stored.Stale)
            return null;
        var computed = new TraceRow { TraceNo = stored.TraceNo, ProjectId = stored.ProjectId, TraceId = stored.TraceId, Environment = "", ReceivedAt = stored.ReceivedAt };
        TraceRowBuilder.Apply(computed, OwnTrace.Of(stored)?.Update, TraceSummary.Compute(facts.Spans));
        var fields = Fields(stored).Zip(Fields(computed)).Where(f => f.First.Value != f.Second.Value)
            .Select(f => $"{f.First.Name} is {f.First.Value ?? "null"}, not {f.Second.Value ?? "null"}").ToList();
        if (facts.Recounted.Count > 0)
            fields.Add(string.Create(CultureInfo.InvariantCulture, $"{facts.Recounted.Count} calls count that should not, or the other way round, or with less than is known of them"));
        return fields.Count == 0 ? null : $"trace {stored.TraceId} of project {stored.ProjectId}: {string.Join("; ", fields)}";
    }

    private static IEnumerable<(string Name, string? Value)> Fields(TraceRow row)
    {
        yield return ("name", row.Name);
        yield return ("environment", row.Environment);
        yield return ("user", row.UserId);
        yield return ("session", row.SessionId);
        yield return ("start", Text(row.StartTime));
        yield return ("place in lists", Text(row.OrderTime));
        yield return ("end", Text(row.EndTime));
        yield return ("status", Text(row.Status));
        yield return ("spans", Text(row.SpanCount));
        yield return ("open spans", Text(row.OpenSpanCount));
        yield return ("errors", Text(row.ErrorCount));
        yield return ("model calls", Text(row.ModelCalls));
        yield return ("unpriced calls", Text(row.UnpricedCalls));
        yield return ("input tokens", Text(row.TokensIn));
        yield return ("cached tokens", Text(row.TokensCached));
        yield return ("output tokens", Text(row.TokensOut));
        yield return ("tokens of either", Text(row.TokensUnsplit));
        yield return ("cost", Text(row.Cost));
        yield return ("time to first token", Text(row.Ttft));
        yield return ("model", row.Model);
        yield return ("models", row.Models);
        yield return ("provider", row.Provider);
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Quarters of an hour that wait to be computed again, and those of which traces have expired, are left alone.</summary>
    private async Task CheckChartsAsync(MaintenanceRunRow run, int projectId, bool repairs, CancellationToken cancellationToken)
    {
        var keptBefore = await store.ReadAsync(
            async (db, ct) => (await db.RetentionStates.SingleOrDefaultAsync(s => s.ProjectId == projectId, ct))?.ChartsKeptBefore ?? long.MinValue, cancellationToken);
        for (var next = await NextQuarterAsync(projectId, null, cancellationToken); next is { } quarter; next = await NextQuarterAsync(projectId, quarter, cancellationToken))
        {
            if (quarter < keptBefore)
                continue;
            var began = time.GetTimestamp();
            var isWrong = await IsWrongAsync(projectId, quarter, cancellationToken);
            await pace.RestAsync(time.GetElapsedTime(began), cancellationToken);
            if (!isWrong)
                continue;
            Describe(run, string.Create(CultureInfo.InvariantCulture, $"charts of project {projectId}, quarter of an hour from {DateTimeOffset.FromUnixTimeSeconds(quarter):u}"));
            if (repairs)
            {
                await store.WriteAsync(
                    (db, ct) =>
                    {
                        db.DirtyBuckets.AddRange(Enumerable.Range(0, RollupBucket.Quarter / RollupBucket.Minute)
                            .Select(m => new DirtyBucketRow { ProjectId = projectId, Bucket = quarter + (m * RollupBucket.Minute) }));
                        return db.SaveChangesAsync(ct);
                    },
                    cancellationToken);
            }

            await SaveAsync(run, cancellationToken);
        }
    }

    /// <summary>While no pass is under way: one that ends between reading what is stored and what it is computed from would look like a difference.</summary>
    private async Task<bool> IsWrongAsync(int projectId, long quarter, CancellationToken cancellationToken)
    {
        await using var claim = await WorkClaim.TakeAsync(store, SharedWork.Rollups, cancellationToken);
        return await store.ReadAsync(
            async (db, ct) =>
            {
                var stored = await db.Rollups.Where(r => r.ProjectId == projectId && r.Seconds == RollupBucket.Quarter && r.Bucket == quarter).ToListAsync(ct);
                var computed = new RollupSet(projectId, RollupBucket.Quarter);
                await RollupSource.AddFromSpansAsync(computed, db, projectId, quarter, quarter + RollupBucket.Quarter, ct);

                // Last: what has been marked since says that the difference is not one.
                return !Lines(stored).SequenceEqual(Lines(computed.ToRows()))
                    && !await db.DirtyBuckets.AnyAsync(d => d.ProjectId == projectId && d.Bucket >= quarter && d.Bucket < quarter + RollupBucket.Quarter, ct);
            },
            cancellationToken);
    }

    /// <summary>The next in which something started, or for which there are charts; each is found by a look into three indexes.</summary>
    private Task<long?> NextQuarterAsync(int projectId, long? after, CancellationToken cancellationToken)
    {
        const long nanos = RollupBucket.Quarter * UnixNanos.PerSecond;
        if (after >= (long.MaxValue / UnixNanos.PerSecond) - RollupBucket.Quarter)
            return Task.FromResult<long?>(null);
        var bucket = after + RollupBucket.Quarter ?? long.MinValue;
        var start = after is null ? long.MinValue : bucket * UnixNanos.PerSecond;
        return store.ReadAsync(
            async (db, ct) =>
            {
                var charted = await db.Rollups.Where(r => r.ProjectId == projectId && r.Seconds == RollupBucket.Quarter && r.Bucket >= bucket).MinAsync(r => (long?)r.Bucket, ct);
                var span = await db.Spans.Where(s => s.ProjectId == projectId && s.StartTime >= start).MinAsync(s => s.StartTime, ct);
                var trace = await db.Traces.Where(t => t.ProjectId == projectId && t.StartTime >= start).MinAsync(t => (long?)t.StartTime, ct);
                return new[] { charted, Quarter(span), Quarter(trace) }.Min();
            },
            cancellationToken);

        static long? Quarter(long? time) => time is { } at ? RollupBucket.Floor(at, nanos) / UnixNanos.PerSecond : null;
    }

    private static IEnumerable<string> Lines(IEnumerable<RollupRow> rows) => rows
        .Select(r => string.Create(
            CultureInfo.InvariantCulture,
            $"{r.Environment}\n{r.Kind}\n{r.Provider}\n{r.Model}\n{r.TraceName}\n{r.Count} {r.Errors} {r.Calls} {r.Unpriced} {r.TokensIn} {r.TokensCached} {r.TokensOut} {r.Cost}"))
        .Order(StringComparer.Ordinal);

    private static void Describe(MaintenanceRunRow run, string difference)
    {
        if (run.Differences++ < MaxDescribed)
            run.Details = run.Details is null ? difference : $"{run.Details}\n{difference}";
    }

    private Task<int> SaveAsync(MaintenanceRunRow run, CancellationToken cancellationToken)
    {
        run.UpdatedAt = time.GetUnixNanos();
        return store.WriteAsync(
            (db, ct) =>
            {
                db.Entry(run).State = EntityState.Modified;
                return db.SaveChangesAsync(ct);
            },
            cancellationToken);
    }
}
