using System.Globalization;
using System.Text.Json;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Search;

/// <summary>What is read, in the form of the API.</summary>
internal static class TraceResponseMapper
{
    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 256 };

    public static TraceListEntry ToResponse(this TraceListItem item) => new()
    {
        TraceId = item.TraceId,
        Name = item.Name,
        StartTime = Iso8601.Format(item.StartTime),
        DatedAhead = item.IsDatedAhead,
        Status = Word(item.Status),
        Activity = Word(item.Activity),
        LatencyMs = item.Duration?.TotalMilliseconds,
        TtftMs = item.Ttft?.TotalMilliseconds,
        SpanCount = item.SpanCount,
        ErrorCount = item.ErrorCount,
        Model = item.Model,
        InputTokens = item.TokensIn,
        OutputTokens = item.TokensOut,
        TotalTokens = item.TokensTotal,
        Cost = item.Cost,
        UnpricedCalls = item.UnpricedCalls,
        UserId = item.UserId,
        SessionId = item.SessionId,
        Environment = item.Environment,
        InputPreview = item.InputPreview,
        Scores = ToResponse(item.Scores),
    };

    /// <param name="spans">A page of the trace's spans.</param>
    /// <param name="nextSpanCursor">Where the next page begins; null on the last.</param>
    /// <param name="scores">What its scores come to.</param>
    public static TraceResponse ToResponse(this TraceDetails trace, IReadOnlyList<SpanDetails> spans, string? nextSpanCursor, IReadOnlyList<ScoreAverage> scores) => new()
    {
        TraceId = trace.TraceId,
        Name = trace.Name,
        StartTime = Iso8601.Format(trace.StartTime),
        DatedAhead = trace.IsDatedAhead,
        EndTime = Iso8601.Format(trace.EndTime),
        Status = Word(trace.Status),
        Activity = Word(trace.Activity),
        LatencyMs = (trace.EndTime - trace.StartTime)?.TotalMilliseconds,
        TtftMs = trace.Ttft?.TotalMilliseconds,
        SpanCount = trace.SpanCount,
        ErrorCount = trace.ErrorCount,
        ModelCalls = trace.ModelCalls,
        Model = trace.Models.Count == 1 ? trace.Models[0] : null,
        Models = trace.Models,
        InputTokens = trace.TokensIn,
        CachedTokens = trace.TokensCached,
        OutputTokens = trace.TokensOut,
        TotalTokens = trace.TokensTotal,
        Cost = trace.Cost,
        UnpricedCalls = trace.UnpricedCalls,
        UserId = trace.UserId,
        SessionId = trace.SessionId,
        Environment = trace.Environment,
        Release = trace.Release,
        Version = trace.AppVersion,
        Tags = trace.Tags,
        InputPreview = trace.InputPreview,
        Scores = ToResponse(scores),
        Metadata = Json(trace.MetadataJson),
        Spans = [.. spans.OrderBy(s => s.Facts.StartTime ?? long.MaxValue).ThenBy(s => s.Facts.SpanId, StringComparer.Ordinal).Select(ToResponse)],
        NextSpanCursor = nextSpanCursor,
    };

    private static ScoreAverageResponse[] ToResponse(IReadOnlyList<ScoreAverage> scores) =>
        [.. scores.Select(s => new ScoreAverageResponse(s.Name, Word(s.DataType), s.Count, s.Mean, s.Category))];

    private static SpanResponse ToResponse(SpanDetails span) => ToResponse(span, span.Facts.AsCall());

    private static SpanResponse ToResponse(SpanDetails span, SpanFacts call) => new()
    {
        SpanId = span.Facts.SpanId,
        ParentSpanId = span.Facts.ParentSpanId,
        Name = span.Facts.Name,
        Kind = Word(span.Facts.Kind),
        Status = Word(span.Facts.Status),
        Error = span.ErrorType is null && span.StatusMessage is null ? null : new SpanErrorResponse(span.ErrorType, span.StatusMessage),
        StartTime = Iso8601.Format(span.Facts.StartTime),
        EndTime = Iso8601.Format(span.Facts.EndTime),
        FirstTokenAt = Iso8601.Format(call.FirstTokenTime),
        FirstTokenMeasured = span.FirstTokenMeasured,
        ModelProvider = span.Facts.Provider,
        Model = span.RequestModel,
        ResponseModel = span.ResponseModel,
        ResponseId = span.Facts.ResponseId,
        ServiceTier = span.ServiceTier,
        Streaming = span.Streaming,
        Usage = call.Usage is { } usage ? ToResponse(usage) : null,
        Cost = new SpanCostResponse(call.Cost.Amount, Word(call.Cost.Source), call.Cost.PriceKey),
        Counted = span.Facts.Counted,
        OnlyLogs = span.Facts.OnlyLogs,
        FinishReason = span.FinishReason,
        ToolName = span.ToolName,
        ToolCallId = span.ToolCallId,
        AgentName = span.AgentName,
        PromptId = span.PromptName,
        PromptVersion = span.PromptVersion,
        Input = Content(span.Input),
        Output = Content(span.Output),
        Attributes = Json(span.AttributesJson),
        Events = Events(span.EventsJson),
        Links = Links(span.LinksJson),
    };

    private static SpanUsageResponse ToResponse(TokenUsage usage) => new()
    {
        InputTokens = usage.InputTotal,
        OutputTokens = usage.OutputTotal,
        CacheReadTokens = usage.CacheRead,
        CacheWriteTokens = usage.CacheWrite5m is null && usage.CacheWrite1h is null ? null : (usage.CacheWrite5m ?? 0) + (usage.CacheWrite1h ?? 0),
        CacheWrite1hTokens = usage.CacheWrite1h,
        ReasoningTokens = usage.Reasoning,
        InputAudioTokens = usage.InputAudio,
        OutputAudioTokens = usage.OutputAudio,
        InputImageTokens = usage.InputImage,
        OutputImageTokens = usage.OutputImage,
        TotalTokens = usage.Total,
        Other = usage.Other is null ? null : UsageCounts.Read(usage.Other),
    };

    private static IReadOnlyList<SpanEventResponse> Events(string? json) => [.. Objects(json).Select(e => new SpanEventResponse(
        Text(e, "name"u8),
        e.TryGetProperty("timeUnixNano"u8, out var time) && long.TryParse(time.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var nanos) ? Iso8601.Format(nanos) : null,
        Attributes(e)))];

    private static IReadOnlyList<SpanLinkResponse> Links(string? json) =>
        [.. Objects(json).Select(l => new SpanLinkResponse(Text(l, "traceId"u8), Text(l, "spanId"u8), Attributes(l)))];

    private static IEnumerable<JsonElement> Objects(string? json) =>
        Json(json) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object) : [];

    private static string? Text(JsonElement json, ReadOnlySpan<byte> name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement? Attributes(JsonElement json) => json.TryGetProperty("attributes"u8, out var attributes) ? attributes : null;

    /// <summary>Contents are kept as text: what reads as an object or an array is one, everything else is a text.</summary>
    private static JsonElement? Content(string? text)
    {
        if (text is null)
            return null;
        return (text.AsSpan().TrimStart() is ['{' or '[', ..] ? Json(text) : null) ?? JsonSerializer.SerializeToElement(text, TraceJson.Default.String);
    }

    private static JsonElement? Json(string? text)
    {
        if (text is null)
            return null;
        try
        {
            using var document = JsonEscapes.Parse(text, DocumentOptions);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null; // cut, or never JSON
        }
    }

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
