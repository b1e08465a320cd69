using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>The spans of a trace as they were at one version of it.</summary>
/// <param name="Version">See <see cref="TraceDetails.Version"/>.</param>
/// <param name="Spans">In no particular order.</param>
public sealed record TraceSpans(long Version, IReadOnlyList<SpanFacts> Spans);

/// <summary>Reads one trace. What belongs to another project, was deleted or never existed is null, at the same cost.</summary>
public sealed class TraceReader(TraceStore store, TimeProvider time, IOptions<LiveOptions> live)
{
    private const string SpansSql =
        $$"""
        SELECT {{FactsReader.Select}}, trace.version
        FROM trace_keys k
        JOIN traces trace ON trace.trace_no = k.trace_no
        LEFT JOIN spans t ON t.trace_no = k.trace_no
        WHERE k.project_id = {0} AND k.trace_id = {1} AND k.deleted_at IS NULL
        """;

    private const string FindSql =
        """
        SELECT t.span_id, t.name, t.request_model, t.response_model, t.error_type, t.status_message
        FROM trace_keys k
        JOIN spans t ON t.trace_no = k.trace_no
        WHERE k.project_id = {0} AND k.trace_id = {1} AND k.deleted_at IS NULL
        """;

    public Task<TraceDetails?> GetTraceAsync(int projectId, string traceId, CancellationToken cancellationToken)
    {
        var abandonedBefore = UnixNanos.FromDateTimeOffset(time.GetUtcNow() - live.Value.AbandonedAfter);
        traceId = Storable(traceId);
        return store.ReadAsync(
            async (db, ct) => await TraceOf(db, projectId, traceId).Select(t => new TraceDetails
            {
                ProjectId = t.ProjectId,
                TraceNo = t.TraceNo,
                TraceId = t.TraceId,
                Name = t.Name,
                StartTime = UnixNanos.ToDateTimeOffset(t.StartTime),
                IsDatedAhead = t.OrderTime < t.StartTime,
                EndTime = t.EndTime == null ? null : UnixNanos.ToDateTimeOffset(t.EndTime.Value),
                LastActivity = UnixNanos.ToDateTimeOffset(t.LastActivity),
                Status = (SpanStatus)t.Status,
                Activity = TraceActivities.Of(t.OpenSpanCount, t.LastActivity, abandonedBefore),
                SpanCount = t.SpanCount,
                ErrorCount = t.ErrorCount,
                ModelCalls = t.ModelCalls,
                UnpricedCalls = t.UnpricedCalls,
                TokensIn = t.TokensIn,
                TokensCached = t.TokensCached,
                TokensOut = t.TokensOut,
                TokensUnsplit = t.TokensUnsplit,
                Cost = t.Cost == null ? null : PicoDollars.ToUsd(t.Cost.Value),
                Ttft = t.Ttft == null ? null : UnixNanos.ToTimeSpan(t.Ttft.Value),
                Models = Lines(t.Models),
                UserId = t.UserId,
                SessionId = t.SessionId,
                Environment = t.Environment,
                Release = t.Release,
                AppVersion = t.AppVersion,
                Tags = Texts(t.Tags),
                InputPreview = t.InputPreview,
                OutputPreview = t.OutputPreview,
                MetadataJson = t.Metadata,
                Version = t.Version,
            }).SingleOrDefaultAsync(ct),
            cancellationToken);
    }

    /// <summary>All spans of a trace, and the version that they are of: one statement, so nothing comes in between.</summary>
    public Task<TraceSpans?> GetSpansAsync(int projectId, string traceId, CancellationToken cancellationToken) =>
        store.ReadAsync(
            async (db, ct) =>
            {
                TraceSpans? trace = null;
                var spans = new List<SpanFacts>();
                await RawQuery.ReadAsync(db, SpansSql, [projectId, Storable(traceId)], Read, ct);
                return trace;

                void Read(DbDataReader row)
                {
                    trace ??= new TraceSpans(row.GetInt64(FactsReader.Columns), spans);
                    if (!row.IsDBNull(0))
                        spans.Add(FactsReader.Read(row));
                }
            },
            cancellationToken);

    /// <summary>The ids of the spans that have a text in their id, name, model or error, in whichever case.</summary>
    public Task<IReadOnlySet<string>> FindSpansAsync(int projectId, string traceId, string text, CancellationToken cancellationToken) =>
        store.ReadAsync<IReadOnlySet<string>>(
            async (db, ct) =>
            {
                var found = new HashSet<string>(StringComparer.Ordinal);
                await RawQuery.ReadAsync(db, FindSql, [projectId, Storable(traceId)], Read, ct);
                return found;

                // Here and not by the database: SQLite knows the case of ASCII alone.
                void Read(DbDataReader row)
                {
                    for (var column = 0; column < row.FieldCount; column++)
                    {
                        if (row.Text(column)?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)
                            found.Add(row.GetString(0));
                    }
                }
            },
            cancellationToken);

    /// <summary>One span with its contents.</summary>
    /// <param name="maxChars">
    /// Where to cut a long input or output; null for all of it. <see cref="SpanDetails.InputLength"/> and
    /// <see cref="SpanDetails.OutputLength"/> tell what there is.
    /// </param>
    public Task<SpanDetails?> GetSpanAsync(int projectId, string traceId, string spanId, int? maxChars, CancellationToken cancellationToken)
    {
        var limit = maxChars ?? int.MaxValue;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(maxChars));
        traceId = Storable(traceId);
        spanId = Storable(spanId);
        return store.ReadAsync(
            async (db, ct) =>
            {
                // Pieces are only ever turned into an output, never back: read first, they cannot be missed.
                var pieces = await (
                    from t in TraceOf(db, projectId, traceId)
                    join c in db.SpanChunks on t.TraceNo equals c.TraceNo
                    where c.SpanId == spanId
                    orderby c.Sequence
                    select c.Text).ToListAsync(ct);
                var row = await (
                    from t in TraceOf(db, projectId, traceId)
                    join s in db.Spans on t.TraceNo equals s.TraceNo
                    where s.SpanId == spanId
                    join c in db.SpanContents on new { s.TraceNo, s.SpanId, s.ContentDay } equals new { c.TraceNo, c.SpanId, c.ContentDay } into contents
                    from c in contents.DefaultIfEmpty()
                    select new
                    {
                        Span = s,
                        Input = c!.Input!.Substring(0, limit),
                        InputLength = (int?)c.Input.Length,
                        InputEnd = c.Input.Substring(c.Input.Length > ContentCut.LongestMark ? c.Input.Length - ContentCut.LongestMark : 0),
                        Output = c.Output!.Substring(0, limit),
                        OutputLength = (int?)c.Output.Length,
                        OutputEnd = c.Output.Substring(c.Output.Length > ContentCut.LongestMark ? c.Output.Length - ContentCut.LongestMark : 0),
                        c.Attributes,
                        c.Events,
                        c.Links,
                        c.Resource,
                        c.Origin,
                    }).SingleOrDefaultAsync(ct);
                if (row is null)
                    return null;

                var streamed = row.Output is null && pieces.Count > 0 ? string.Concat(pieces) : null;
                return ToDetails(row.Span) with
                {
                    Input = row.Input,
                    InputLength = row.InputLength,
                    InputCut = ContentCut.OfText(row.InputEnd),
                    Output = row.Output ?? Cut(streamed, limit),
                    OutputLength = row.OutputLength ?? streamed?.Length,
                    OutputCut = ContentCut.OfText(row.OutputEnd ?? streamed),
                    OutputStreamed = streamed is not null,
                    AttributesJson = row.Attributes,
                    EventsJson = row.Events,
                    LinksJson = row.Links,
                    ResourceJson = row.Resource,
                    OriginJson = row.Origin,
                };
            },
            cancellationToken);
    }

    /// <summary>Spans with their contents, in the order of their ids: a page of at most <paramref name="limit"/>.</summary>
    /// <param name="afterSpanId">The last id of the page before; null for the first page.</param>
    public Task<IReadOnlyList<SpanDetails>> GetSpanPageAsync(int projectId, string traceId, string? afterSpanId, int limit, CancellationToken cancellationToken) =>
        store.ReadAsync<IReadOnlyList<SpanDetails>>(
            async (db, ct) =>
            {
                var after = afterSpanId ?? "";
                var last = await (
                    from t in TraceOf(db, projectId, traceId)
                    join s in db.Spans on t.TraceNo equals s.TraceNo
                    where string.Compare(s.SpanId, after) > 0
                    orderby s.SpanId
                    select s.SpanId).Take(limit).OrderByDescending(id => id).FirstOrDefaultAsync(ct);
                if (last is null)
                    return [];

                // Pieces are only ever turned into an output, never back: read first, they cannot be missed.
                var pieces = (await (
                    from t in TraceOf(db, projectId, traceId)
                    join c in db.SpanChunks on t.TraceNo equals c.TraceNo
                    where string.Compare(c.SpanId, after) > 0 && string.Compare(c.SpanId, last) <= 0
                    orderby c.SpanId, c.Sequence
                    select new { c.SpanId, c.Text }).ToListAsync(ct)).ToLookup(c => c.SpanId, c => c.Text, StringComparer.Ordinal);
                var rows = await (
                    from t in TraceOf(db, projectId, traceId)
                    join s in db.Spans on t.TraceNo equals s.TraceNo
                    where string.Compare(s.SpanId, after) > 0 && string.Compare(s.SpanId, last) <= 0
                    join c in db.SpanContents on new { s.TraceNo, s.SpanId, s.ContentDay } equals new { c.TraceNo, c.SpanId, c.ContentDay } into contents
                    from c in contents.DefaultIfEmpty()
                    orderby s.SpanId
                    select new { Span = s, Content = c }).ToListAsync(ct);
                return [.. rows.Select(row =>
                {
                    var streamed = row.Content?.Output is null && pieces.Contains(row.Span.SpanId) ? string.Concat(pieces[row.Span.SpanId]) : null;
                    return ToDetails(row.Span) with
                    {
                        Input = row.Content?.Input,
                        InputLength = row.Content?.Input?.Length,
                        InputCut = ContentCut.OfText(row.Content?.Input),
                        Output = row.Content?.Output ?? streamed,
                        OutputLength = (row.Content?.Output ?? streamed)?.Length,
                        OutputCut = ContentCut.OfText(row.Content?.Output ?? streamed),
                        OutputStreamed = streamed is not null,
                        AttributesJson = row.Content?.Attributes,
                        EventsJson = row.Content?.Events,
                        LinksJson = row.Content?.Links,
                        ResourceJson = row.Content?.Resource,
                        OriginJson = row.Content?.Origin,
                    };
                })];
            },
            cancellationToken);

    private static IQueryable<TraceRow> TraceOf(TraceDbContext db, int projectId, string traceId) =>
        from k in db.TraceKeys
        where k.ProjectId == projectId && k.TraceId == traceId && k.DeletedAt == null
        join t in db.Traces on k.TraceNo equals t.TraceNo
        select t;

    private static SpanDetails ToDetails(SpanRow row) => new()
    {
        Facts = SpanRowMapper.ToFacts(row),
        StatusMessage = row.StatusMessage,
        ErrorType = row.ErrorType,
        RequestModel = row.RequestModel,
        ResponseModel = row.ResponseModel,
        Streaming = row.Streaming,
        FirstTokenMeasured = row.FirstTokenTime is not null
            && MergeStateCodec.DecodeFieldVersions(row.FieldVersions)?.TryGetValue((byte)SpanField.FirstTokenTime, out var version) == true && version.IsMeasured,
        FinishReason = row.FinishReason,
        ServiceTier = row.ServiceTier,
        ToolName = row.ToolName,
        ToolCallId = row.ToolCallId,
        AgentName = row.AgentName,
        PromptName = row.PromptName,
        PromptVersion = row.PromptVersion,
        ServiceName = row.ServiceName,
    };

    // PostgreSQL refuses what no stored id contains.
    private static string Storable(string id) => StorableText.Shorten(id, int.MaxValue);

    private static string? Cut(string? text, int limit)
    {
        if (text is null || text.Length <= limit)
            return text;
        return text[..(char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit)];
    }

    private static string[] Lines(string? models) => models?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string[] Texts(string? json) => json is null ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];
}
