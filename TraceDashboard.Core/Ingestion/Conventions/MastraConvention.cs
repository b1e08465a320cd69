using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Mastra's exporter: OTel's names on calls of models and tools, and <c>mastra.{type of span}.input</c> and <c>.output</c> on all others.
/// An answer has a span for the whole of it, one for each step, and one for each piece that came; the call of the model is one of them.
/// </summary>
internal static class MastraConvention
{
    /// <summary>In the versions that have <c>model_inference</c> inside it, it is the loop around calls; before, it was the call.</summary>
    private const string ModelGeneration = "model_generation";

    private static readonly (SpanKind Kind, string[] Types)[] s_types =
    [
        (SpanKind.Generation, ["model_inference"]),
        (SpanKind.Chain, [ModelGeneration, "model_step", "workflow_run", "workflow_step", "workflow_conditional", "workflow_parallel", "workflow_loop"]),
        (SpanKind.Tool, ["tool_call", "mcp_tool_call", "client_tool_call", "provider_tool_call"]),
        (SpanKind.Agent, ["agent_run"]),
        (SpanKind.Embedding, ["rag_embedding"]),
        (SpanKind.Evaluator, ["scorer_run", "scorer_step", "classifier_evaluation"]),
        (SpanKind.Span, ["model_chunk", "processor_run", "mcp_server_request", "workflow_conditional_eval", "workflow_sleep", "workflow_wait_event", "generic"]),
    ];

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(s_types);

    public static readonly Source[] Sources =
    [
        new("mastra.span.type", Field.MastraType, 10),
        new("mastra.completion_start_time", Field.FirstTokenAt, 20),
        new("gen_ai.usage.cache_creation.5m_input_tokens", Field.CacheWrite5mTokens, 30),
        new("gen_ai.usage.cache_creation.1h_input_tokens", Field.CacheWrite1hTokens, 30),
        new("gen_ai.usage.audio_input_tokens", Field.InputAudioTokens, 50),
        new("gen_ai.usage.audio_output_tokens", Field.OutputAudioTokens, 50),
        new("mastra.tags", Field.Tags, 80),
        new("mastra.metadata.userId", Field.UserId, 42),
        new("mastra.metadata.resourceId", Field.UserId, 63),
        new("mastra.metadata.sessionId", Field.SessionId, 52),
        new("mastra.metadata.threadId", Field.SessionId, 53),
        new("mastra.metadata.body", Field.Output, 110), // the provider's answer as it came
        new("mastra.metadata.", Field.MetadataKeys, 80, SourceForm.Group),
        .. s_types.SelectMany(t => t.Types).SelectMany(type => (IEnumerable<Source>)
            [new($"mastra.{type}.input", Field.Input, 71), new($"mastra.{type}.output", Field.Output, 71)]),
    ];

    /// <param name="type">What it says that the span is.</param>
    /// <param name="operation">OTel's word for it.</param>
    public static SpanKind? KindOf(ReadOnlySpan<byte> type, ReadOnlySpan<byte> operation) =>
        type.SequenceEqual("model_generation"u8) && operation.SequenceEqual("chat"u8) ? SpanKind.Generation : Words.Find(s_kinds, type);
}
