using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>OpenTelemetry GenAI semantic conventions 1.41 (development), what follows them in semantic-conventions-genai, and their predecessors since 1.26.</summary>
internal static class GenAiConvention
{
    /// <summary>Rank of messages on the span itself; those of the operation.details event come right after.</summary>
    public const byte Messages = 10;

    /// <summary>Rank of one event per message (1.28 to 1.36).</summary>
    public const byte MessageEvents = 20;

    /// <summary>How much earlier <c>gen_ai.prompt</c> counts on its event (before 1.28) than as an attribute.</summary>
    public const int ContentEventOffset = -10;

    public static readonly Source[] Sources =
    [
        new("gen_ai.operation.name", Field.Operation, 10),
        new("gen_ai.provider.name", Field.Provider, 10),
        new("gen_ai.system", Field.Provider, 20),
        new("gen_ai.request.model", Field.RequestModel, 10),
        new("gen_ai.response.model", Field.ResponseModel, 10),
        new("gen_ai.response.id", Field.ResponseId, 10),
        new("gen_ai.usage.input_tokens", Field.InputTokens, 20),
        new("gen_ai.usage.prompt_tokens", Field.InputTokens, 30),
        new("gen_ai.usage.output_tokens", Field.OutputTokens, 20),
        new("gen_ai.usage.completion_tokens", Field.OutputTokens, 30),
        new("gen_ai.usage.total_tokens", Field.TotalTokens, 10),
        new("gen_ai.usage.cache_read.input_tokens", Field.CacheReadTokens, 10),
        new("gen_ai.usage.cache_read_input_tokens", Field.CacheReadTokens, 20),
        new("gen_ai.usage.cache_read_tokens", Field.CacheReadTokens, 30),
        new("gen_ai.usage.details.cache_read_tokens", Field.CacheReadTokens, 40),
        new("gen_ai.usage.details.cache_read_input_tokens", Field.CacheReadTokens, 50),
        new("gen_ai.usage.input_cached_tokens", Field.CacheReadTokens, 90),
        new("gen_ai.usage.cached_tokens", Field.CacheReadTokens, 100),
        new("gen_ai.usage.cache_write.input_tokens", Field.CacheWriteTokens, 10),
        new("gen_ai.usage.cache_creation.input_tokens", Field.CacheWriteTokens, 20),
        new("gen_ai.usage.cache_creation_input_tokens", Field.CacheWriteTokens, 30),
        new("gen_ai.usage.cache_write_tokens", Field.CacheWriteTokens, 40),
        new("gen_ai.usage.details.cache_write_tokens", Field.CacheWriteTokens, 50),
        new("gen_ai.usage.details.cache_creation_input_tokens", Field.CacheWriteTokens, 60),
        new("gen_ai.usage.reasoning.output_tokens", Field.ReasoningTokens, 10),
        new("gen_ai.usage.reasoning_tokens", Field.ReasoningTokens, 20),
        new("gen_ai.usage.details.reasoning_tokens", Field.ReasoningTokens, 40),
        new("gen_ai.usage.audio.input_tokens", Field.InputAudioTokens, 10),
        new("gen_ai.usage.details.input_audio_tokens", Field.InputAudioTokens, 40),
        new("gen_ai.usage.audio.output_tokens", Field.OutputAudioTokens, 10),
        new("gen_ai.usage.details.output_audio_tokens", Field.OutputAudioTokens, 40),
        new("gen_ai.usage.image.input_tokens", Field.InputImageTokens, 10),
        new("gen_ai.usage.image.output_tokens", Field.OutputImageTokens, 10),
        new("gen_ai.usage.cost", Field.Cost, 20),
        new("gen_ai.usage.total_cost", Field.Cost, 80),
        new("gen_ai.response.time_to_first_chunk", Field.TimeToFirstToken, 20),
        new("gen_ai.client.operation.time_to_first_chunk", Field.TimeToFirstToken, 30),
        new("gen_ai.request.stream", Field.Streaming, 10),
        new("gen_ai.is_streaming", Field.Streaming, 20),
        new("gen_ai.response.finish_reasons", Field.FinishReasons, 10),
        new("gen_ai.response.stop_reason", Field.FinishReasons, 31),
        new("openai.response.service_tier", Field.ServiceTier, 10),
        new("openai.request.service_tier", Field.ServiceTier, 20),
        new("gen_ai.openai.response.service_tier", Field.ServiceTier, 30),
        new("gen_ai.openai.request.service_tier", Field.ServiceTier, 31),
        new("gen_ai.request.service_tier", Field.ServiceTier, 40),
        new("gen_ai.tool.name", Field.ToolName, 10),
        new("gen_ai.tool.call.id", Field.ToolCallId, 10),
        new("gen_ai.agent.name", Field.AgentName, 10),
        new("gen_ai.workflow.name", Field.AgentName, 50),
        new("gen_ai.prompt.name", Field.PromptName, 40),
        new("gen_ai.prompt.version", Field.PromptVersion, 40),
        new("gen_ai.system_instructions", Field.SystemInstructions, Messages),
        new("gen_ai.input.messages", Field.Input, Messages),
        new("gen_ai.output.messages", Field.Output, Messages),
        new("gen_ai.prompt", Field.Input, 40),
        new("gen_ai.completion", Field.Output, 40),
        new("gen_ai.tool.call.arguments", Field.ToolArguments, 10),
        new("gen_ai.tool.call.result", Field.ToolResult, 10),
        new("gen_ai.retrieval.query.text", Field.Input, 60),
        new("gen_ai.retrieval.documents", Field.Output, 60),
        new("gen_ai.conversation.id", Field.SessionId, 30),
        new("gen_ai.user", Field.UserId, 60),
    ];

    /// <summary>From <c>gen_ai.operation.name</c>; null for an operation that is not known.</summary>
    public static SpanKind? KindOf(ReadOnlySpan<byte> operation) => Words.Find(s_kinds, operation);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["chat", "text_completion", "generate_content", "completion", "generate", "responses", "llm_call", "llm_request"]),
        (SpanKind.Tool, ["execute_tool", "tool_call"]),
        (SpanKind.Agent, ["invoke_agent", "create_agent", "agent_call"]),
        (SpanKind.Embedding, ["embeddings", "embedding"]),
        (SpanKind.Chain, ["invoke_workflow", "orchestrate_tools", "agent_step", "plan", "workflow", "execute_task", "user_prompt", "schedule_tool_calls"]),
        (SpanKind.Retriever, ["retrieval", "retrieve", "vectordb", "vector_db_retrieve"]),
        (SpanKind.Reranker, ["rerank"]));
}
