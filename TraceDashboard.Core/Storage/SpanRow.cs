namespace TraceDashboard.Core.Storage;

/// <summary>A span without its contents: every searchable field is a typed column.</summary>
public sealed class SpanRow
{
    public long TraceNo { get; set; }

    public required string SpanId { get; set; }

    public int ProjectId { get; set; }

    public string? ParentSpanId { get; set; }

    public string? Name { get; set; }

    /// <summary><see cref="Traces.SpanKind"/>.</summary>
    public short Kind { get; set; }

    /// <summary><see cref="Traces.SpanStatus"/>.</summary>
    public short Status { get; set; }

    public string? StatusMessage { get; set; }

    public string? ErrorType { get; set; }

    public long? StartTime { get; set; }

    public long? EndTime { get; set; }

    public long? FirstTokenTime { get; set; }

    public string? Provider { get; set; }

    public string? RequestModel { get; set; }

    public string? ResponseModel { get; set; }

    public string? ResponseId { get; set; }

    public long? TokensInput { get; set; }

    public long? TokensCacheRead { get; set; }

    public long? TokensCacheWrite5m { get; set; }

    public long? TokensCacheWrite1h { get; set; }

    public long? TokensOutput { get; set; }

    public long? TokensReasoning { get; set; }

    public long? TokensInputAudio { get; set; }

    public long? TokensOutputAudio { get; set; }

    public long? TokensInputImage { get; set; }

    public long? TokensOutputImage { get; set; }

    /// <summary>Of which nothing but the total is known.</summary>
    public long? TokensUnsplit { get; set; }

    /// <summary>Counts of what are no tokens, see <see cref="Traces.TokenUsage.Other"/>.</summary>
    public string? UsageOther { get; set; }

    /// <summary><see cref="Traces.UsageRule"/>; null when no usage is known.</summary>
    public short? UsageRule { get; set; }

    public long? ReportedCost { get; set; }

    /// <summary>Reported or computed; null when unknown.</summary>
    public long? Cost { get; set; }

    /// <summary><see cref="Traces.CostSource"/>.</summary>
    public short CostSource { get; set; }

    public string? PriceKey { get; set; }

    public bool? Streaming { get; set; }

    public string? FinishReason { get; set; }

    public string? ServiceTier { get; set; }

    public string? ToolName { get; set; }

    public string? ToolCallId { get; set; }

    public string? AgentName { get; set; }

    public string? PromptName { get; set; }

    public string? PromptVersion { get; set; }

    public string? ServiceName { get; set; }

    /// <summary>Whether its tokens and cost count towards the trace (a call seen twice counts once).</summary>
    public bool Counted { get; set; }

    /// <summary>What other spans know of the call that it counts for, see <see cref="LayeredCallCodec"/>; null when that is nothing.</summary>
    public string? Layers { get; set; }

    public long ReceivedAt { get; set; }

    /// <summary>Day of first receipt, in days since the Unix epoch: where its contents are.</summary>
    public int ContentDay { get; set; }

    /// <summary>Bits of <see cref="Merge.SpanField"/> that were set.</summary>
    public long Fields { get; set; }

    public short VersionClass { get; set; }

    public long VersionTime { get; set; }

    public long VersionSequence { get; set; }

    /// <summary>Versions of the fields that differ from the row's, see <see cref="MergeStateCodec"/>; null when none does.</summary>
    public byte[]? FieldVersions { get; set; }

    /// <summary>Hash of the last update, so that an exact repeat is a no-op.</summary>
    public long LastHash { get; set; }
}
