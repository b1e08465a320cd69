namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>What dialects have names for. Each field is decided for itself: a span may carry several dialects at once.</summary>
internal enum Field : byte
{
    // What a span is, in each dialect's own words.
    LangfuseType,
    OpenInferenceKind,
    Operation,
    MlflowType,
    TraceloopKind,
    RequestType,
    GenkitSubtype,
    AiOperation,
    SpanType,
    McpMethod,
    VectorQuery,
    AgentRun,

    /// <summary>What to call the span instead of its own name.</summary>
    DisplayName,
    FunctionId,
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

    /// <summary>USD.</summary>
    Cost,
    InputCost,
    OutputCost,
    LangfuseCost,
    MlflowCost,

    /// <summary>From the start; seconds but for <see cref="SourceForm.Milliseconds"/>.</summary>
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
    Events,
    Level,
    StatusMessage,
    ErrorType,
    ErrorMessage,

    /// <summary>The trace began elsewhere, but this is where the application's part of it does.</summary>
    AsRoot,
    TraceName,
    TraceInput,
    TraceOutput,
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

    /// <summary>The span repeats the start of its parent, which is not over yet; the value does not matter.</summary>
    PendingSpan,
}
