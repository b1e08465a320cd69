
namespace TraceDashboard.Core.Storage;

// Rows as they are stored: times are nanoseconds since the Unix epoch, money is pico-dollars.

/// <summary>The tenant: keys, members, retention and prices belong to it.</summary>
public sealed class ProjectRow
{
    public int Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The version of the catalogue that its stored calls were priced with; null when that is the one of now.</summary>
    public string? PricedWith { get; set; }

    public long CreatedAt { get; set; }
}

/// <summary>A key pair of a project. The secret is stored as a hash only.</summary>
public sealed class ApiKeyRow
{
    public int Id { get; set; }

    public int ProjectId { get; set; }

    public required string PublicKey { get; set; }

    /// <summary>SHA-256 of the secret key.</summary>
    public required byte[] SecretHash { get; set; }

    /// <summary>The secret key's last characters, for those who hold it to tell it from others; null for a pair of the configuration, which may be short.</summary>
    public string? SecretEnd { get; set; }

    /// <summary>What it is for.</summary>
    public string Name { get; set; } = "";

    /// <summary><see cref="Projects.ApiKeyScopes"/>.</summary>
    public short Scopes { get; set; } = (short)Projects.ApiKeyScopes.All;

    public long CreatedAt { get; set; }

    public long? ExpiresAt { get; set; }

    public long? LastUsedAt { get; set; }

    public long? RevokedAt { get; set; }
}

/// <summary>Gives each trace its number. Its row is the lock that makes writers of one trace take turns, and its tombstone.</summary>
public sealed class TraceKeyRow
{
    public int ProjectId { get; set; }

    public required string TraceId { get; set; }

    public long TraceNo { get; set; }

    /// <summary>Set when the trace was deleted; outlives the retries of its senders.</summary>
    public long? DeletedAt { get; set; }
}

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

    /// <summary>The trace's own fields with their versions, see <c>TraceStateCodec</c>; null when there are none.</summary>
    public byte[]? OwnState { get; set; }

    /// <summary>Grows with every change, so that readers can tell whether what they hold is current.</summary>
    public long Version { get; set; }

    public long ReceivedAt { get; set; }

    /// <summary>When anything of the trace last arrived.</summary>
    public long LastActivity { get; set; }

    /// <summary>Set while the summary lags behind the spans (long traces are summarised at most once a second).</summary>
    public bool Stale { get; set; }
}

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

    /// <summary>Versions of the fields that differ from the row's, see <c>FieldVersionsCodec</c>; null when none does.</summary>
    public byte[]? FieldVersions { get; set; }

    /// <summary>Hash of the last update, so that an exact repeat is a no-op.</summary>
    public long LastHash { get; set; }
}

/// <summary>What is large: read only when a span is opened.</summary>
public sealed class SpanContentRow
{
    public long TraceNo { get; set; }

    public required string SpanId { get; set; }

    public int ContentDay { get; set; }

    public string? Input { get; set; }

    public string? Output { get; set; }

    public string? Attributes { get; set; }

    /// <summary>See <c>KeyVersionsCodec</c>; null when all keys have the version of the field.</summary>
    public string? AttributeVersions { get; set; }

    public string? Events { get; set; }

    public string? Links { get; set; }

    public string? Resource { get; set; }

    public string? Origin { get; set; }
}

/// <summary>A piece of streamed output.</summary>
public sealed class SpanChunkRow
{
    public long TraceNo { get; set; }

    public required string SpanId { get; set; }

    public long Sequence { get; set; }

    public required string Text { get; set; }
}

/// <summary>A leaf of a trace's metadata, for filters and facets.</summary>
public sealed class MetadataValueRow
{
    public long TraceNo { get; set; }

    public required string Key { get; set; }

    public int ProjectId { get; set; }

    public required string Value { get; set; }
}

/// <summary>Counts, sums and a latency sketch of one time bucket and one set of dimensions.</summary>
public sealed class RollupRow
{
    public int ProjectId { get; set; }

    /// <summary>Start of the bucket, in seconds since the Unix epoch.</summary>
    public long Bucket { get; set; }

    /// <summary>Length of the bucket in seconds: 60 or 900.</summary>
    public int Seconds { get; set; }

    public required string Environment { get; set; }

    /// <summary><see cref="Traces.SpanKind"/>, or -1 for the row that counts whole traces.</summary>
    public short Kind { get; set; }

    /// <summary>Empty when unknown, because it is part of the key.</summary>
    public required string Provider { get; set; }

    public required string Model { get; set; }

    public required string TraceName { get; set; }

    public long Count { get; set; }

    public long Errors { get; set; }

    /// <summary>Counted model calls; a call seen twice is counted once.</summary>
    public long Calls { get; set; }

    public long Unpriced { get; set; }

    public long TokensIn { get; set; }

    public long TokensCached { get; set; }

    public long TokensOut { get; set; }

    public long Cost { get; set; }

    /// <summary>DDSketch of durations, see <c>LatencySketch</c>.</summary>
    public byte[]? Latency { get; set; }

    public byte[]? Ttft { get; set; }
}

/// <summary>A minute whose rollups no longer match its spans. Appended by writers, consumed up to a generation by the refresher.</summary>
public sealed class DirtyBucketRow
{
    public long Generation { get; set; }

    public int ProjectId { get; set; }

    /// <summary>Start of the minute, in seconds since the Unix epoch.</summary>
    public long Bucket { get; set; }
}

/// <summary>A file that a client announced, and perhaps uploaded. Its bytes are on disk, see <c>MediaStore</c>.</summary>
public sealed class MediaRow
{
    public int ProjectId { get; set; }

    public required string MediaId { get; set; }

    /// <summary>SHA-256 in base64.</summary>
    public required string Hash { get; set; }

    public required string ContentType { get; set; }

    public long ContentLength { get; set; }

    public long CreatedAt { get; set; }

    /// <summary>Null as long as it is only announced.</summary>
    public long? UploadedAt { get; set; }
}

/// <summary>Where a file is used.</summary>
public sealed class MediaLinkRow
{
    public int ProjectId { get; set; }

    public required string TraceId { get; set; }

    /// <summary>Empty for the trace itself, because it is part of the key.</summary>
    public required string SpanId { get; set; }

    /// <summary><c>input</c>, <c>output</c> or <c>metadata</c>.</summary>
    public required string Field { get; set; }

    public required string MediaId { get; set; }
}
