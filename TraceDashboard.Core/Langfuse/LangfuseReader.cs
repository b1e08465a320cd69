using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>A trace and what belongs to it; lists are empty when they were not asked for.</summary>
internal sealed record LangfuseTrace(TraceRow Row, IReadOnlyList<string> ObservationIds, IReadOnlyList<string> ScoreIds, LangfuseContents? Own, LangfuseContents? Root);

/// <summary>What a trace, or its root, was asked and answered.</summary>
internal sealed record LangfuseContents(long TraceNo, string? Input, string? Output);

/// <summary>A span, what is said of it in its trace, and its contents, as far as they were asked for.</summary>
/// <param name="Output">Also one that is still streamed.</param>
internal sealed record LangfuseObservation(SpanRow Span, TraceRow Trace, string? Input, string? Output, string? Attributes, string? Resource)
{
    /// <summary>Explains what it cost; null to leave the parts of its cost out.</summary>
    public PriceBook? Prices { get; init; }
}

/// <summary>Which contents of observations are asked for.</summary>
[Flags]
internal enum LangfuseObservationParts
{
    None = 0,

    /// <summary>Of the attributes the level and the version.</summary>
    Said = 1,

    /// <summary>All attributes, and the resource.</summary>
    Attributes = 2,

    Io = 4,
    All = Said | Attributes | Io,
}

internal sealed record LangfuseSession(string Id, long CreatedAt, string Environment);

/// <summary>Reads for Langfuse's API, whose pages are numbered. What belongs to another project is not there, at the same cost.</summary>
internal sealed class LangfuseReader(TraceStore store, PriceBooks books)
{
    // As a key is written; in a text the quotes would be escaped.
    private const string SaidLevel = "\"" + LangfuseAttributes.Level + "\":";
    private const string SaidVersion = "\"" + LangfuseAttributes.Version + "\":";

    public Task<(IReadOnlyList<LangfuseTrace> Items, int Total)> TracesAsync(
        int projectId, LangfuseTraceFilter filter, LangfuseTraceOrder order, int skip, int take, LangfuseTraceParts parts, CancellationToken cancellationToken) =>
        store.ReadAsync<(IReadOnlyList<LangfuseTrace>, int)>(
            async (db, ct) =>
            {
                var traces = Matching(db.Traces.AsNoTracking().Where(t => t.ProjectId == projectId), filter);
                var total = await traces.CountFromAsync(skip, ct);
                var rows = await order.Apply(traces).Skip(skip).Take(take).ToListAsync(ct);
                return (await WithPartsAsync(db, rows, parts, ct), total);
            },
            cancellationToken);

    public Task<LangfuseTrace?> TraceAsync(int projectId, string traceId, CancellationToken cancellationToken) =>
        store.ReadAsync(
            async (db, ct) =>
            {
                var rows = await (
                    from k in db.TraceKeys
                    join t in db.Traces.AsNoTracking() on k.TraceNo equals t.TraceNo
                    where k.ProjectId == projectId && k.TraceId == traceId && k.DeletedAt == null
                    select t).ToListAsync(ct);
                return await WithPartsAsync(db, rows, LangfuseTraceParts.Io, ct) is [var trace] ? trace : null;
            },
            cancellationToken);

    /// <summary>The newest first.</summary>
    public async Task<(IReadOnlyList<LangfuseObservation> Items, int Total)> ObservationsAsync(
        int projectId, LangfuseObservationFilter filter, int skip, int take, CancellationToken cancellationToken)
    {
        var (items, total) = await store.ReadAsync(
            async (db, ct) =>
            {
                var spans = Matching(db, projectId, filter);
                var total = await spans.CountFromAsync(skip, ct);
                return (await ReadAsync(db, Ordered(spans).Skip(skip).Take(take), LangfuseObservationParts.All, ct), total);
            },
            cancellationToken);
        return (await WithPricesAsync(projectId, items, cancellationToken), total);
    }

    /// <summary>At most <paramref name="take"/> of those after <see cref="LangfuseObservationFilter.After"/>, the newest first.</summary>
    public async Task<IReadOnlyList<LangfuseObservation>> PageAsync(
        int projectId, LangfuseObservationFilter filter, int take, LangfuseObservationParts parts, CancellationToken cancellationToken)
    {
        var items = await store.ReadAsync((db, ct) => ReadAsync(db, Ordered(Matching(db, projectId, filter)).Take(take), parts, ct), cancellationToken);
        return await WithPricesAsync(projectId, items, cancellationToken);
    }

    public Task<(IReadOnlyList<LangfuseSession> Items, int Total)> SessionsAsync(int projectId, LangfuseTraceFilter filter, int skip, int take, CancellationToken cancellationToken) =>
        store.ReadAsync<(IReadOnlyList<LangfuseSession>, int)>(
            async (db, ct) =>
            {
                var sessions = Matching(db.Traces.AsNoTracking().Where(t => t.ProjectId == projectId && t.SessionId != null), filter)
                    .GroupBy(t => t.SessionId!)
                    .Select(g => new { Id = g.Key, CreatedAt = g.Min(t => t.StartTime), Environment = g.Min(t => t.Environment)! });
                var total = await sessions.CountFromAsync(skip, ct);
                var rows = await sessions.OrderByDescending(s => s.CreatedAt).ThenBy(s => s.Id).Skip(skip).Take(take).ToListAsync(ct);
                return ([.. rows.Select(s => new LangfuseSession(s.Id, s.CreatedAt, s.Environment))], total);
            },
            cancellationToken);

    public Task<ProjectRow?> ProjectAsync(int projectId, CancellationToken cancellationToken) =>
        store.ReadAsync((db, ct) => db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId, ct), cancellationToken);

    private static IQueryable<TraceRow> Matching(IQueryable<TraceRow> traces, LangfuseTraceFilter filter)
    {
        if (filter.UserId is { } user)
            traces = traces.Where(t => t.UserId == user);
        if (filter.Name is { } name)
            traces = traces.Where(t => t.Name == name);
        if (filter.SessionId is { } session)
            traces = traces.Where(t => t.SessionId == session);
        if (filter.From is { } from)
            traces = traces.Where(t => t.OrderTime >= from);
        if (filter.To is { } to)
            traces = traces.Where(t => t.OrderTime < to);
        if (filter.Version is { } version)
            traces = traces.Where(t => t.AppVersion == version);
        if (filter.Release is { } release)
            traces = traces.Where(t => t.Release == release);
        if (filter.Environments.Count > 0)
            traces = traces.Where(t => filter.Environments.Contains(t.Environment));
        foreach (var tag in filter.Tags)
        {
            var quoted = JsonSerializer.Serialize(tag);
            traces = traces.Where(t => t.Tags!.Contains(quoted));
        }

        return traces;
    }

    private static IQueryable<Joined> Matching(TraceDbContext db, int projectId, LangfuseObservationFilter filter)
    {
        var spans =
            from s in db.Spans.AsNoTracking()
            join t in db.Traces.AsNoTracking() on s.TraceNo equals t.TraceNo
            where s.ProjectId == projectId
            select new Joined { Span = s, Trace = t };
        if (filter.TraceId is { } traceId)
        {
            spans =
                from k in db.TraceKeys
                join t in db.Traces.AsNoTracking() on k.TraceNo equals t.TraceNo
                join s in db.Spans.AsNoTracking() on k.TraceNo equals s.TraceNo
                where k.ProjectId == projectId && k.TraceId == traceId && k.DeletedAt == null
                select new Joined { Span = s, Trace = t };
        }

        if (filter.Id is { } id)
            spans = spans.Where(s => s.Span.SpanId == id);
        if (filter.Name is { } name)
            spans = spans.Where(s => s.Span.Name == name);
        if (filter.UserId is { } user)
            spans = spans.Where(s => s.Trace.UserId == user);
        if (filter.Kinds.Count > 0)
        {
            var kinds = filter.Kinds.Select(k => (short)k).ToArray();
            spans = spans.Where(s => kinds.Contains(s.Span.Kind));
        }

        if (filter.ErrorsOnly)
            spans = spans.Where(s => s.Span.Status == (short)SpanStatus.Error);
        if (filter.ParentId is { } parent)
            spans = spans.Where(s => s.Span.ParentSpanId == parent);
        if (filter.Environments.Count > 0)
            spans = spans.Where(s => filter.Environments.Contains(s.Trace.Environment));
        if (filter.From is { } from)
            spans = spans.Where(s => s.Span.StartTime >= from);
        if (filter.To is { } to)
            spans = spans.Where(s => s.Span.StartTime < to);
        if (filter.After is var (start, afterTrace, afterId))
        {
            spans = spans.Where(s => s.Span.StartTime <= start
                && (s.Span.StartTime < start || string.Compare(s.Trace.TraceId, afterTrace) > 0
                    || (s.Trace.TraceId == afterTrace && string.Compare(s.Span.SpanId, afterId) > 0)));
        }

        if (!filter.WithUnstarted)
            spans = spans.Where(s => s.Span.StartTime != null);
        return spans;
    }

    private async Task<IReadOnlyList<LangfuseObservation>> WithPricesAsync(int projectId, IReadOnlyList<LangfuseObservation> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return items;
        var prices = (await books.CurrentAsync(cancellationToken)).Of(projectId);
        return [.. items.Select(i => i with { Prices = prices })];
    }

    private static IQueryable<Joined> Ordered(IQueryable<Joined> spans) =>
        spans.OrderByDescending(s => s.Span.StartTime).ThenBy(s => s.Trace.TraceId).ThenBy(s => s.Span.SpanId);

    private static async Task<IReadOnlyList<LangfuseObservation>> ReadAsync(
        TraceDbContext db, IQueryable<Joined> page, LangfuseObservationParts parts, CancellationToken cancellationToken)
    {
        // Columns that are not asked for are not read: one of them may be larger than all the rest of the page.
        var (io, all, said) = (parts.HasFlag(LangfuseObservationParts.Io), parts.HasFlag(LangfuseObservationParts.Attributes), parts.HasFlag(LangfuseObservationParts.Said));
        var rows = await (
            from p in page
            join c in db.SpanContents.AsNoTracking() on new { p.Span.TraceNo, p.Span.SpanId, p.Span.ContentDay } equals new { c.TraceNo, c.SpanId, c.ContentDay } into found
            from c in found.DefaultIfEmpty()
            orderby p.Span.StartTime descending, p.Trace.TraceId, p.Span.SpanId
            select new
            {
                p.Span,
                p.Trace,
                Input = io ? c!.Input : null,
                Output = io ? c!.Output : null,
                Attributes = all ? c!.Attributes : said ? (c!.Attributes!.Contains(SaidLevel) || c.Attributes.Contains(SaidVersion) ? c.Attributes : null) : null,
                Resource = all ? c!.Resource : null,
            }).ToListAsync(cancellationToken);
        var streamed = rows.Where(r => io && r.Output is null).Select(r => r.Span).ToList();
        var traceNos = streamed.Select(s => s.TraceNo).Distinct().ToArray();
        var ids = streamed.Select(s => s.SpanId).ToArray();
        var pieces = ids.Length == 0
            ? []
            : await db.SpanChunks.AsNoTracking().Where(c => traceNos.Contains(c.TraceNo) && ids.Contains(c.SpanId)).OrderBy(c => c.Sequence).ToListAsync(cancellationToken);
        var textOf = pieces.ToLookup(c => (c.TraceNo, c.SpanId), c => c.Text);
        return
        [
            .. rows.Select(r => new LangfuseObservation(
                r.Span, r.Trace, r.Input, r.Output ?? (textOf.Contains((r.Span.TraceNo, r.Span.SpanId)) ? string.Concat(textOf[(r.Span.TraceNo, r.Span.SpanId)]) : null),
                all ? r.Attributes : OnlySaid(r.Attributes), r.Resource)),
        ];
    }

    /// <summary>Of attributes the level and the version, which are told of every observation.</summary>
    private static string? OnlySaid(string? attributes) => LangfuseJson.Value(attributes) is not JsonObject all ? null : new JsonObject
    {
        [LangfuseAttributes.Level] = all[LangfuseAttributes.Level]?.DeepClone(),
        [LangfuseAttributes.Version] = all[LangfuseAttributes.Version]?.DeepClone(),
    }.ToJsonString();

    private static async Task<IReadOnlyList<LangfuseTrace>> WithPartsAsync(TraceDbContext db, List<TraceRow> rows, LangfuseTraceParts parts, CancellationToken cancellationToken)
    {
        var traceNos = rows.Select(r => r.TraceNo).ToArray();
        var spans = !parts.HasFlag(LangfuseTraceParts.Observations) ? [] : await db.Spans
            .Where(s => traceNos.Contains(s.TraceNo)).OrderBy(s => s.StartTime).ThenBy(s => s.SpanId).Select(s => new { s.TraceNo, s.SpanId }).ToListAsync(cancellationToken);
        var scores = !parts.HasFlag(LangfuseTraceParts.Scores) ? [] : await db.Scores
            .Where(s => s.TraceNo != null && traceNos.Contains(s.TraceNo.Value) && s.DeletedAt == null).OrderBy(s => s.Id).Select(s => new { TraceNo = s.TraceNo!.Value, s.Id }).ToListAsync(cancellationToken);
        var roots = !parts.HasFlag(LangfuseTraceParts.Io) ? [] : await (
            from s in db.Spans
            join c in db.SpanContents.AsNoTracking() on new { s.TraceNo, s.SpanId, s.ContentDay } equals new { c.TraceNo, c.SpanId, c.ContentDay }
            where traceNos.Contains(s.TraceNo) && s.ParentSpanId == null
            orderby s.StartTime, s.SpanId
            select new LangfuseContents(c.TraceNo, c.Input, c.Output)).ToListAsync(cancellationToken);
        var own = !parts.HasFlag(LangfuseTraceParts.Io) ? [] : await OwnContentsAsync(db, rows, cancellationToken);
        var spansOf = spans.ToLookup(s => s.TraceNo, s => s.SpanId);
        var scoresOf = scores.ToLookup(s => s.TraceNo, s => s.Id);
        var rootOf = roots.ToLookup(c => c.TraceNo);
        return [.. rows.Select(r => new LangfuseTrace(r, [.. spansOf[r.TraceNo]], [.. scoresOf[r.TraceNo]], own.GetValueOrDefault(r.TraceNo), rootOf[r.TraceNo].FirstOrDefault()))];
    }

    private static async Task<Dictionary<long, LangfuseContents>> OwnContentsAsync(TraceDbContext db, List<TraceRow> rows, CancellationToken cancellationToken)
    {
        var traces = rows.Select(r => (r.TraceNo, Own: OwnTrace.Of(r))).Where(t => t.Own is not null).ToList();
        var stored = traces.Where(t => t.Own!.ContentDay is not null).ToList();
        var (numbers, days) = (stored.Select(t => t.TraceNo).ToArray(), stored.Select(t => t.Own!.ContentDay!.Value).Distinct().ToArray());
        var contents = stored.Count == 0 ? [] : await db.SpanContents.AsNoTracking()
            .Where(c => numbers.Contains(c.TraceNo) && c.SpanId == SpanContentRow.OfTrace && days.Contains(c.ContentDay))
            .Select(c => new LangfuseContents(c.TraceNo, c.Input, c.Output)).ToDictionaryAsync(c => c.TraceNo, cancellationToken);

        // Of traces that were last written when their contents lay in the row itself.
        foreach (var (traceNo, own) in traces.Where(t => t.Own!.Update is not { Input: null, Output: null }))
            contents[traceNo] = new LangfuseContents(traceNo, Text(own!.Update.Input), Text(own.Update.Output));
        return contents;

        static string? Text(byte[]? utf8) => utf8 is null ? null : Encoding.UTF8.GetString(utf8);
    }

    private sealed class Joined
    {
        public required SpanRow Span { get; init; }

        public required TraceRow Trace { get; init; }
    }
}

/// <summary>What of a trace is asked for.</summary>
[Flags]
internal enum LangfuseTraceParts
{
    None = 0,
    Io = 1,
    Scores = 2,
    Observations = 4,
    Metrics = 8,
    All = Io | Scores | Observations | Metrics,
}
