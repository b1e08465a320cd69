using System.Text;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>Between the state of a span as it is merged and its row.</summary>
internal static class SpanRowMapper
{
    /// <summary>The row of a span, priced. Whether it counts is decided for the trace as a whole.</summary>
    /// <param name="before">What is stored of it; null when nothing is.</param>
    public static SpanRow ToRow(SpanUpdate span, long traceNo, long receivedAt, int contentDay, PriceBook prices, SpanRow? before = null)
    {
        var usage = span.Usage;
        var cost = CostOf(span, receivedAt, prices, before);
        return new SpanRow
        {
            TraceNo = traceNo,
            SpanId = span.SpanId,
            ProjectId = span.ProjectId,
            ParentSpanId = span.ParentSpanId,
            Name = span.Name,
            Kind = (short)(span.Kind ?? SpanKind.Span),
            Status = (short)(span.Status ?? SpanStatus.Unset),
            StatusMessage = span.StatusMessage,
            ErrorType = span.ErrorType,
            StartTime = span.StartTime,
            EndTime = span.EndTime,
            FirstTokenTime = span.FirstTokenTime,
            Provider = span.Provider,
            RequestModel = span.RequestModel,
            ResponseModel = span.ResponseModel,
            ResponseId = span.ResponseId,
            TokensInput = usage?.Input,
            TokensCacheRead = usage?.CacheRead,
            TokensCacheWrite5m = usage?.CacheWrite5m,
            TokensCacheWrite1h = usage?.CacheWrite1h,
            TokensOutput = usage?.Output,
            TokensReasoning = usage?.Reasoning,
            TokensInputAudio = usage?.InputAudio,
            TokensOutputAudio = usage?.OutputAudio,
            TokensInputImage = usage?.InputImage,
            TokensOutputImage = usage?.OutputImage,
            TokensUnsplit = usage?.Unsplit,
            UsageOther = usage?.Other,
            UsageRule = (short?)usage?.Rule,
            ReportedCost = span.ReportedCost is { } usd ? PicoDollars.FromUsd(usd) : null,
            Cost = cost.Amount is { } amount ? PicoDollars.FromUsd(amount) : null,
            CostSource = (short)cost.Source,
            PriceKey = cost.PriceKey,
            Streaming = span.Streaming,
            FinishReason = span.FinishReason,
            ServiceTier = span.ServiceTier,
            ToolName = span.ToolName,
            ToolCallId = span.ToolCallId,
            AgentName = span.AgentName,
            PromptName = span.PromptName,
            PromptVersion = span.PromptVersion,
            ServiceName = span.ServiceName,
            Counted = before?.Counted ?? (span.Kind ?? SpanKind.Span).IsModelCall(),
            Layers = before?.Layers,
            ReceivedAt = receivedAt,
            ContentDay = contentDay,
            Fields = (long)span.Fields,
            VersionClass = span.Version.Class,
            VersionTime = span.Version.EventTime,
            VersionSequence = span.Version.Sequence,
            FieldVersions = MergeStateCodec.Encode(span.FieldVersions),
            LastHash = span.Hash,
        };
    }

    /// <summary>Prices a span that is stored, and the call that it counts for. What does not follow from prices stays.</summary>
    /// <returns>Whether a cost is another now.</returns>
    public static bool Reprice(SpanRow row, PriceBook prices) => RepriceSpan(row, prices) | RepriceLayers(row, prices);

    /// <summary>The stored state of a span. Without its contents, their fields look unset: an update that sets none of them can be joined all the same.</summary>
    public static SpanUpdate ToUpdate(SpanRow row, string traceId, SpanContentRow? contents) => new()
    {
        ProjectId = row.ProjectId,
        TraceId = traceId,
        SpanId = row.SpanId,
        Version = new UpdateVersion((byte)row.VersionClass, row.VersionTime, row.VersionSequence),
        Hash = row.LastHash,
        ParentSpanId = row.ParentSpanId,
        Name = row.Name,
        Kind = IsSet(row, SpanField.Kind) ? (SpanKind)row.Kind : null,
        Status = IsSet(row, SpanField.Status) ? (SpanStatus)row.Status : null,
        StatusMessage = row.StatusMessage,
        ErrorType = row.ErrorType,
        StartTime = row.StartTime,
        EndTime = row.EndTime,
        FirstTokenTime = row.FirstTokenTime,
        Provider = row.Provider,
        RequestModel = row.RequestModel,
        ResponseModel = row.ResponseModel,
        ResponseId = row.ResponseId,
        Usage = ToUsage(row),
        ReportedCost = row.ReportedCost is { } pico ? PicoDollars.ToUsd(pico) : null,
        Streaming = row.Streaming,
        FinishReason = row.FinishReason,
        ServiceTier = row.ServiceTier,
        ToolName = row.ToolName,
        ToolCallId = row.ToolCallId,
        AgentName = row.AgentName,
        PromptName = row.PromptName,
        PromptVersion = row.PromptVersion,
        ServiceName = row.ServiceName,
        Input = ToUtf8(contents?.Input),
        Output = ToUtf8(contents?.Output),
        Attributes = ToUtf8(contents?.Attributes),
        Events = ToUtf8(contents?.Events),
        Links = ToUtf8(contents?.Links),
        Resource = ToUtf8(contents?.Resource),
        Origin = ToUtf8(contents?.Origin),

        // Last, because setting a property marks its field.
        Fields = (ulong)row.Fields,
        FieldVersions = MergeStateCodec.DecodeFieldVersions(row.FieldVersions),
        KeyVersions = MergeStateCodec.DecodeKeyVersions(contents?.AttributeVersions),
    };

    public static SpanFacts ToFacts(SpanRow row) => new()
    {
        SpanId = row.SpanId,
        ParentSpanId = row.ParentSpanId,
        Name = row.Name,
        Kind = (SpanKind)row.Kind,
        Status = (SpanStatus)row.Status,
        StartTime = row.StartTime,
        EndTime = SpanFacts.EndOf(row.StartTime, row.EndTime),
        FirstTokenTime = row.FirstTokenTime,
        Provider = row.Provider,
        Model = row.ResponseModel ?? row.RequestModel,
        RequestModel = row.RequestModel,
        ServiceTier = row.ServiceTier,
        ResponseId = row.ResponseId,
        Usage = ToUsage(row),
        Cost = CostOf(row),
        Counted = row.Counted,
        Layers = LayeredCallCodec.Decode(row.Layers),
        ReceivedAt = row.ReceivedAt,
        OnlyLogs = IsOnlyLogs(row.StartTime, row.Fields, row.VersionClass),
    };

    /// <summary>Log records tell a span's events and nothing else, or nothing at all where contents are not kept, and have the lowest version; whoever else has it tells more.</summary>
    public static bool IsOnlyLogs(long? startTime, long fields, short versionClass) =>
        startTime is null && versionClass == 0 && (fields & ~(1L << (int)SpanField.Events)) == 0;

    public static TokenUsage? ToUsage(SpanRow row) => row.UsageRule is not { } rule ? null : new TokenUsage
    {
        Input = row.TokensInput,
        CacheRead = row.TokensCacheRead,
        CacheWrite5m = row.TokensCacheWrite5m,
        CacheWrite1h = row.TokensCacheWrite1h,
        Output = row.TokensOutput,
        Reasoning = row.TokensReasoning,
        InputAudio = row.TokensInputAudio,
        OutputAudio = row.TokensOutputAudio,
        InputImage = row.TokensInputImage,
        OutputImage = row.TokensOutputImage,
        Unsplit = row.TokensUnsplit,
        Other = row.UsageOther,
        Rule = (UsageRule)rule,
    };

    private static Cost CostOf(SpanRow row) => new(row.Cost is { } pico ? PicoDollars.ToUsd(pico) : null, (CostSource)row.CostSource, row.PriceKey);

    private static Cost CostOf(SpanUpdate span, long receivedAt, PriceBook prices, SpanRow? before)
    {
        if (span.ReportedCost is { } reported)
            return new Cost(reported, CostSource.Reported);
        if (IsRefused(span))
            return Cost.Refused;

        // What was computed stays until calls are priced again.
        return before is { CostSource: (short)CostSource.Computed or (short)CostSource.Unknown } && IsPricedAlike(before, span)
            ? CostOf(before)
            : prices.Price(span.Provider, span.ResponseModel, span.RequestModel, span.Usage, span.ServiceTier, UnixNanos.ToDateTimeOffset(span.StartTime ?? receivedAt));
    }

    /// <summary>Whether a call was refused before it was answered: nothing came of it.</summary>
    private static bool IsRefused(SpanUpdate span) =>
        span is { Status: SpanStatus.Error, Usage: null, FirstTokenTime: null } && span.Kind?.IsModelCall() == true && !span.Has(SpanField.Output);

    private static bool IsPricedAlike(SpanRow before, SpanUpdate span) =>
        (before.Provider, before.ResponseModel, before.RequestModel, before.ServiceTier, before.StartTime)
            == (span.Provider, span.ResponseModel, span.RequestModel, span.ServiceTier, span.StartTime)
        && ToUsage(before) == span.Usage;

    private static bool RepriceSpan(SpanRow row, PriceBook prices)
    {
        if ((CostSource)row.CostSource is CostSource.Reported or CostSource.Refused)
            return false;
        var cost = prices.Price(row.Provider, row.ResponseModel, row.RequestModel, ToUsage(row), row.ServiceTier, UnixNanos.ToDateTimeOffset(row.StartTime ?? row.ReceivedAt));
        if (cost == CostOf(row))
            return false;
        (row.Cost, row.CostSource, row.PriceKey) = (cost.Amount is { } usd ? PicoDollars.FromUsd(usd) : null, (short)cost.Source, cost.PriceKey);
        return true;
    }

    private static bool RepriceLayers(SpanRow row, PriceBook prices)
    {
        if (LayeredCallCodec.Decode(row.Layers) is not { Cost.Source: CostSource.Computed or CostSource.Unknown } call)
            return false;
        var cost = CallLayers.Price(call, ToFacts(row), prices);
        if (cost == call.Cost)
            return false;
        row.Layers = LayeredCallCodec.Encode(call with { Cost = cost });
        return true;
    }

    private static bool IsSet(SpanRow row, SpanField field) => ((ulong)row.Fields & (1UL << (int)field)) != 0;

    public static byte[]? ToUtf8(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
