using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// OpenLLMetry (Traceloop): what differs from OTel's names. Up to semconv-ai 0.4 messages are indexed attributes; later they are OTel's.
/// </summary>
internal static class TraceloopConvention
{
    /// <summary>The rank of a name that any span may have: it does not make the span one of a tool.</summary>
    public const byte EntityName = 40;

    /// <summary>Its instrumentation for JavaScript of Anthropic's SDK passes on Anthropic's input, which leaves out what is cached; that for Python adds it.</summary>
    private static ReadOnlySpan<byte> AnthropicScope => "@traceloop/instrumentation-anthropic"u8;

    public static readonly Source[] Sources =
    [
        new("traceloop.span.kind", Field.TraceloopKind, 10),
        new("llm.request.type", Field.RequestType, 10),
        new("traceloop.entity.name", Field.DisplayName, 60),
        new("traceloop.entity.name", Field.ToolName, EntityName),
        new("traceloop.workflow.name", Field.AgentName, 60),
        new("traceloop.entity.input", Field.Input, 74),
        new("traceloop.entity.output", Field.Output, 74),
        new("gen_ai.prompt.", Field.Input, 36, SourceForm.Indexed),
        new("gen_ai.completion.", Field.Output, 36, SourceForm.Indexed),
        new("llm.response.model", Field.ResponseModel, 40),
        new("llm.usage.prompt_tokens", Field.InputTokens, 80),
        new("llm.usage.completion_tokens", Field.OutputTokens, 80),
        new("llm.usage.total_tokens", Field.TotalTokens, 20),
        new("llm.usage.reasoning_tokens", Field.ReasoningTokens, 30),
        new("llm.is_streaming", Field.Streaming, 30),
        new("llm.response.finish_reason", Field.FinishReasons, 40),
        new("llm.response.stop_reason", Field.FinishReasons, 41),
        new("llm.user", Field.UserId, 61),
        new("traceloop.association.properties.session_id", Field.SessionId, 60),
        new("traceloop.association.properties.conversation_id", Field.SessionId, 61),
        new("traceloop.association.properties.chat_id", Field.SessionId, 62),
        new("traceloop.association.properties.thread_id", Field.SessionId, 63),
        new("traceloop.association.properties.user_id", Field.UserId, 50),
        new("traceloop.association.properties.", Field.MetadataKeys, 50, SourceForm.Group),
        new("traceloop.prompt.key", Field.PromptName, 50),
        new("traceloop.prompt.version", Field.PromptVersion, 50),
    ];

    /// <summary>From <c>traceloop.span.kind</c>.</summary>
    public static SpanKind? KindOf(ReadOnlySpan<byte> word) => Words.Find(s_kinds, word);

    /// <summary>From <c>llm.request.type</c>, which LiteLLM fills with the name of the function that was called.</summary>
    public static SpanKind? KindOfRequest(ReadOnlySpan<byte> word) => Words.Find(s_requests, word);

    public static void Complete(ReadOnlySpan<byte> scope, ref ReportedUsage usage)
    {
        if (scope.SequenceEqual(AnthropicScope))
            usage.ExcludesCache = true;
    }

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Chain, ["workflow"]), (SpanKind.Span, ["task", "session"]), (SpanKind.Agent, ["agent"]), (SpanKind.Tool, ["tool"]));

    private static readonly (byte[] Word, SpanKind Kind)[] s_requests = Words.Of(
        (SpanKind.Generation, ["chat", "completion", "acompletion", "text_completion", "atext_completion", "responses", "aresponses", "anthropic_messages"]),
        (SpanKind.Embedding, ["embedding", "aembedding"]),
        (SpanKind.Reranker, ["rerank", "arerank"]));
}
