namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>What dialects have names for. Each field is decided for itself: a span may carry several dialects at once.</summary>
internal enum Field : byte
{
    // What a span is, in each dialect's own words.
    LangfuseType,
    OpenInferenceKind,
    LangSmithKind,
    MastraType,
    Operation,
    MlflowType,
    TraceloopKind,
    RequestType,
    GenkitSubtype,
    AiOperation,
    SpanType,
    McpMethod,
    VectorQuery,
    /// <summary>Only runs of agents have it; the value does not matter.</summary>
    AgentRun,

    /// <summary>What to call the span instead of its own name.</summary>
    DisplayName,
    FunctionId,
    GenkitName,
    Provider,
    ServerAddress,
    RequestModel,
    InvocationParameters,
    ResponseModel,
    ResponseId,

    /// <summary>As reported, see <see cref="UsageBuckets"/>.</summary>
    InputTokens,
    OutputTokens,
    TotalTokens,

    /// <summary>Input without anything cached.</summary>
    UncachedInputTokens,
    CacheReadTokens,
    CacheWriteTokens,
    CacheWrite5mTokens,
    CacheWrite1hTokens,
    ReasoningTokens,
    InputAudioTokens,
    OutputAudioTokens,
    InputImageTokens,
    OutputImageTokens,

    // Usage as a JSON object, in the form of one dialect each.
    LangfuseUsage,
    ProviderMetadata,
    MlflowUsage,
    AdkResponse,
    GenkitOutput,
    LangSmithUsage,
    InputTokenDetails,
    OutputTokenDetails,

    /// <summary>USD.</summary>
    Cost,
    InputCost,
    OutputCost,
    LangfuseCost,
    MlflowCost,

    /// <summary>From the start; seconds but for <see cref="SourceForm.Milliseconds"/> and <see cref="SourceForm.SecondsOrMilliseconds"/>.</summary>
    TimeToFirstToken,

    /// <summary>When it came.</summary>
    FirstTokenAt,
    Streaming,
    FinishReasons,
    ServiceTier,
    ToolName,
    ToolCallId,
    AgentName,
    PromptName,
    PromptVersion,

    /// <summary>Name and version in one JSON.</summary>
    LangfusePrompt,
    MlflowPrompts,
    SystemInstructions,
    Input,
    ToolArguments,
    Output,
    ToolResult,

    // Pieces of an answer that are put together.
    AnswerText,
    AnswerReasoning,
    AnswerToolCalls,
    AnswerFiles,
    /// <summary>Messages and replies as a list of events in JSON.</summary>
    EventList,
    Level,
    StatusMessage,
    ErrorType,
    ErrorMessage,

    /// <summary>The trace began elsewhere, but this is where the application's part of it does.</summary>
    AsRoot,
    TraceName,
    TraceInput,
    TraceOutput,
    IsPublic,
    UserId,
    SessionId,
    Environment,
    Release,
    AppVersion,
    Tags,
    Metadata,

    /// <summary>One attribute for each key.</summary>
    MetadataKeys,
    ServiceName,

    LogfireType,

    /// <summary>The parent of the span that this one announces.</summary>
    PendingParent,
}
