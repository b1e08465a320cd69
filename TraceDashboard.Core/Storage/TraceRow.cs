namespace TraceDashboard.Core.Storage;

/// <summary>The summary that lists and filters read: recomputed from spans and from the trace's own fields.</summary>
public sealed class TraceRow
{
    public long TraceNo { get; set; }

    public int ProjectId { get; set; }

    public required string TraceId { get; set; }

    public string? Name { get; set; }

    public string? UserId { get; set; }

    public string? SessionId { get; set; }

    public required string Environment { get; set; }

    public string? Release { get; set; }

    public string? AppVersion { get; set; }

    /// <summary>JSON array of strings; null when there is none.</summary>
    public string? Tags { get; set; }

    public string? InputPreview { get; set; }

    public string? OutputPreview { get; set; }

    /// <summary>Earliest of the own timestamp and the spans' starts; the time of receipt when neither is known.</summary>
    public long StartTime { get; set; }

    /// <summary>
    /// Where it stands in lists: its start, but no later than a day after anything of it was first received. A sender's clock that is ahead does
    /// not keep its traces on top of the others.
    /// </summary>
    public long OrderTime { get; set; }

    /// <summary>Latest end of a span; null while a span is open or when there is no span.</summary>
    public long? EndTime { get; set; }

    /// <summary><see cref="Traces.SpanStatus"/>.</summary>
    public short Status { get; set; }

    public int SpanCount { get; set; }

    public int OpenSpanCount { get; set; }

    public int ErrorCount { get; set; }

    /// <summary>Spans that count towards tokens and cost.</summary>
    public int ModelCalls { get; set; }

    /// <summary>Model calls whose cost is unknown.</summary>
    public int UnpricedCalls { get; set; }

    public long? TokensIn { get; set; }

    public long? TokensCached { get; set; }

    public long? TokensOut { get; set; }

    /// <summary>Of calls of which nothing but the total is known.</summary>
    public long? TokensUnsplit { get; set; }

    public long? Cost { get; set; }

    /// <summary>Of the first model call that streamed, from the trace's start of that call.</summary>
    public long? Ttft { get; set; }

    /// <summary>The model that cost most, or else used most tokens, or else came first.</summary>
    public string? Model { get; set; }

    /// <summary>All models, each between two line feeds, sorted: <c>\na\nb\n</c>; null when there is none.</summary>
    public string? Models { get; set; }

    public string? Provider { get; set; }

    /// <summary>Lower-cased name, ids and previews, for free text.</summary>
    public string? SearchText { get; set; }

    /// <summary>JSON object; null when there is none.</summary>
    public string? Metadata { get; set; }

    /// <summary>The trace's own fields with their versions, see <see cref="OwnTrace"/>; null when there are none.</summary>
    public byte[]? OwnState { get; set; }

    /// <summary>Grows with every change, so that readers can tell whether what they hold is current.</summary>
    public long Version { get; set; }

    public long ReceivedAt { get; set; }

    /// <summary>When anything of the trace last arrived.</summary>
    public long LastActivity { get; set; }

    /// <summary>Set while the summary lags behind the spans (long traces are summarised at most once a second).</summary>
    public bool Stale { get; set; }
}
