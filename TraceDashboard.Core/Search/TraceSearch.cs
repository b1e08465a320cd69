using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Search;

/// <summary>Lists traces. Each method is one SQL command, and a second one where items come with their scores.</summary>
public sealed class TraceSearch(TraceStore store, TimeProvider time, IOptions<LiveOptions> live)
{
    /// <summary>Largest page.</summary>
    public const int MaxLimit = 1_000;

    /// <summary>Up to here counts are exact.</summary>
    public const int MaxExactCount = 10_000;

    /// <summary>How many of the newest traces are looked at for the values of filter menus.</summary>
    public const int MaxFacetTraces = 10_000;

    /// <summary>How many of the newest traces are compared for the first few of another order.</summary>
    public const int MaxRankedTraces = 50_000;

    /// <summary>Of how many of the newest traces that match the scores are averaged.</summary>
    public const int MaxScoredTraces = 10_000;

    /// <summary>How many of a project's newest scores are looked at for the names that are in use.</summary>
    public const int MaxNamedScores = 10_000;

    private const int MaxFacetUsers = 50;

    /// <summary>A page of the traces that match.</summary>
    /// <param name="cursor">Where the page begins: <see cref="TracePage.NextCursor"/> of the one before, or null for the first.</param>
    /// <param name="limit">Most items of the page, at most <see cref="MaxLimit"/>.</param>
    /// <exception cref="InvalidCursorException">The cursor is not one of this list and order.</exception>
    public Task<TracePage> SearchAsync(int projectId, TraceFilter filter, TraceOrder order, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
        TraceCursor? after = string.IsNullOrEmpty(cursor) ? null : TraceCursor.Decode(cursor, order);
        var abandonedBefore = AbandonedBefore();
        return store.ReadAsync(
            async (db, ct) =>
            {
                var rows = await db.Traces
                    .Where(t => t.ProjectId == projectId)
                    .Matching(filter, db.Scores, abandonedBefore)
                    .InOrder(order, after)
                    .Select(TraceConditions.AsListed(abandonedBefore))
                    .Take(limit + 1)
                    .ToListAsync(ct);
                var next = rows.Count > limit ? rows[limit - 1].Cursor(order).Encode() : null;
                return new TracePage(await WithScoresAsync(db, rows.Take(limit), ct), next);
            },
            cancellationToken);
    }

    /// <summary>The first few of an order among the newest <see cref="MaxRankedTraces"/> that match.</summary>
    public Task<IReadOnlyList<TraceListItem>> TopAsync(int projectId, TraceFilter filter, TraceOrder order, int limit, CancellationToken cancellationToken)
    {
        var abandonedBefore = AbandonedBefore();
        return store.ReadAsync<IReadOnlyList<TraceListItem>>(
            async (db, ct) =>
            {
                // Ranked by numbers alone; only the few that are shown are read whole.
                var top = db.Traces
                    .Where(t => t.ProjectId == projectId)
                    .Matching(filter, db.Scores, abandonedBefore)
                    .InOrder(TraceOrder.NewestFirst, null)
                    .Take(MaxRankedTraces)
                    .InOrder(order, null)
                    .Take(limit)
                    .Select(t => t.TraceNo);
                var rows = await db.Traces
                    .Where(t => t.ProjectId == projectId && top.Contains(t.TraceNo))
                    .InOrder(order, null)
                    .Select(TraceConditions.AsListed(abandonedBefore))
                    .ToListAsync(ct);
                return [.. rows.Select(r => r.Item)];
            },
            cancellationToken);
    }

    /// <summary>How many traces match, exact up to <see cref="MaxExactCount"/>.</summary>
    public Task<TraceCount> CountAsync(int projectId, TraceFilter filter, CancellationToken cancellationToken)
    {
        var abandonedBefore = AbandonedBefore();
        return store.ReadAsync(
            async (db, ct) =>
            {
                var count = await db.Traces.Where(t => t.ProjectId == projectId).Matching(filter, db.Scores, abandonedBefore).Take(MaxExactCount + 1).CountAsync(ct);
                return new TraceCount(Math.Min(count, MaxExactCount), count <= MaxExactCount);
            },
            cancellationToken);
    }

    /// <summary>Those of the given traces that match now, newest first: what a live list must show of what changed.</summary>
    public Task<IReadOnlyList<TraceListItem>> RefreshAsync(
        int projectId, TraceFilter filter, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken)
    {
        var abandonedBefore = AbandonedBefore();
        return store.ReadAsync<IReadOnlyList<TraceListItem>>(
            async (db, ct) =>
            {
                // One array as one parameter: the statement stays the same however many traces changed. The project is named with
                // the keys alone: named with the traces too, SQLite would go through all of the range by ix_traces_time.
                var numbers = db.TraceKeys
                    .Where(k => k.ProjectId == projectId && EF.Parameter(traceIds).Contains(k.TraceId))
                    .Select(k => k.TraceNo);
                var rows = await db.Traces
                    .Where(t => numbers.Contains(t.TraceNo))
                    .Matching(filter, db.Scores, abandonedBefore)
                    .InOrder(TraceOrder.NewestFirst, null)
                    .Select(TraceConditions.AsListed(abandonedBefore))
                    .ToListAsync(ct);
                return await WithScoresAsync(db, rows, ct);
            },
            cancellationToken);
    }

    /// <summary>What the filter menus offer: models, users and environments of the newest traces in a range.</summary>
    public Task<TraceFacets> FacetsAsync(int projectId, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var filter = new TraceFilter { From = from, To = to };
        return store.ReadAsync(
            async (db, ct) =>
            {
                var rows = await db.Traces
                    .Where(t => t.ProjectId == projectId)
                    .Matching(filter, db.Scores, abandonedBefore: 0)
                    .InOrder(TraceOrder.NewestFirst, null)
                    .Take(MaxFacetTraces)
                    .Select(t => new { t.Models, t.UserId, t.Environment })
                    .ToListAsync(ct);
                return new TraceFacets(
                    MostUsed(rows.SelectMany(r => r.Models?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? []), int.MaxValue),
                    MostUsed(rows.Select(r => r.UserId).OfType<string>(), MaxFacetUsers),
                    MostUsed(rows.Select(r => r.Environment), int.MaxValue),
                    rows.Count < MaxFacetTraces);
            },
            cancellationToken);
    }

    /// <summary>What the scores of the newest <see cref="MaxScoredTraces"/> traces that match come to, by name, the most frequent first.</summary>
    public Task<IReadOnlyList<ScoreAverage>> ScoresAsync(int projectId, TraceFilter filter, CancellationToken cancellationToken)
    {
        var abandonedBefore = AbandonedBefore();
        return store.ReadAsync<IReadOnlyList<ScoreAverage>>(
            async (db, ct) =>
            {
                var newest = db.Traces
                    .Where(t => t.ProjectId == projectId)
                    .Matching(filter, db.Scores, abandonedBefore)
                    .InOrder(TraceOrder.NewestFirst, null)
                    .Take(MaxScoredTraces)
                    .Select(t => t.TraceNo);
                var names = await ScoreAverages.ByNameAsync(db.Scores.Where(s => newest.Contains(s.TraceNo!.Value)), ct);
                return [.. names.Select(n => n.Average)];
            },
            cancellationToken);
    }

    /// <summary>What the scores of a trace and of its spans come to, by name.</summary>
    public Task<IReadOnlyList<ScoreAverage>> ScoresOfAsync(int projectId, string traceId, CancellationToken cancellationToken) =>
        store.ReadAsync<IReadOnlyList<ScoreAverage>>(
            async (db, ct) =>
            {
                // The project is named with the key: named with the scores, SQLite might go through all of the project's by the time.
                var number = db.TraceKeys.Where(k => k.ProjectId == projectId && k.TraceId == traceId).Select(k => k.TraceNo);
                return [.. (await ScoreAverages.ByTraceAsync(db.Scores.Where(s => number.Contains(s.TraceNo!.Value)), ct))[traceId]];
            },
            cancellationToken);

    /// <summary>The names that the project's newest scores have, the most used first.</summary>
    public Task<IReadOnlyList<ScoreName>> ScoreNamesAsync(int projectId, CancellationToken cancellationToken) =>
        store.ReadAsync(
            (db, ct) => ScoreAverages.ByNameAsync(db.Scores.Where(s => s.ProjectId == projectId).OrderByDescending(s => s.Timestamp).Take(MaxNamedScores), ct),
            cancellationToken);

    private static async Task<IReadOnlyList<TraceListItem>> WithScoresAsync(TraceDbContext db, IEnumerable<ListedTrace> rows, CancellationToken cancellationToken)
    {
        var listed = rows.ToList();
        if (listed.Count == 0)
            return [];
        var numbers = listed.Select(r => r.TraceNo).ToArray();
        var scores = await ScoreAverages.ByTraceAsync(db.Scores.Where(s => EF.Parameter(numbers).Contains(s.TraceNo!.Value)), cancellationToken);
        return [.. listed.Select(r => scores.Contains(r.Item.TraceId) ? r.Item with { Scores = [.. scores[r.Item.TraceId]] } : r.Item)];
    }

    private static FacetValue[] MostUsed(IEnumerable<string> values, int limit) =>
        [.. values.CountBy(v => v, StringComparer.Ordinal).OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal).Take(limit).Select(p => new FacetValue(p.Key, p.Value))];

    private long AbandonedBefore() => UnixNanos.FromDateTimeOffset(time.GetUtcNow() - live.Value.AbandonedAfter);
}
