using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>OpenInference (Arize Phoenix). Token counts are totals as in OTel; lists are flattened into indexed attributes.</summary>
internal static class OpenInferenceConvention
{
    /// <summary>The rank of the model in the invocation parameters.</summary>
    public const byte Parameters = 40;

    /// <summary>The rank of a cost, be it given as one or as its parts.</summary>
    public const byte CostTotal = 30;

    public static readonly Source[] Sources =
    [
        new("openinference.span.kind", Field.OpenInferenceKind, 10),
        new("llm.provider", Field.Provider, 30),
        new("llm.system", Field.Provider, 40),
        new("llm.request.model_name", Field.RequestModel, 20),
        new("llm.invocation_parameters", Field.InvocationParameters, 10),
        new("embedding.model_name", Field.RequestModel, 60),
        new("reranker.model_name", Field.RequestModel, 70),
        new("llm.response.model_name", Field.ResponseModel, 30),
        new("llm.model_name", Field.ResponseModel, 50),
        new("llm.token_count.prompt", Field.InputTokens, 40),
        new("llm.token_count.completion", Field.OutputTokens, 40),
        new("llm.token_count.total", Field.TotalTokens, 30),
        new("llm.token_count.prompt_details.cache_read", Field.CacheReadTokens, 60),
        new("llm.token_count.prompt_details.cache_write", Field.CacheWriteTokens, 70),
        new("llm.token_count.prompt_details.audio", Field.InputAudioTokens, 20),
        new("llm.token_count.completion_details.reasoning", Field.ReasoningTokens, 50),
        new("llm.token_count.completion_details.audio", Field.OutputAudioTokens, 20),
        new("llm.cost.total", Field.Cost, CostTotal),
        new("llm.cost.prompt", Field.InputCost, 10),
        new("llm.cost.completion", Field.OutputCost, 10),
        new("llm.finish_reason", Field.FinishReasons, 45),
        new("llm.input_messages.", Field.Input, 32, SourceForm.Indexed),
        new("llm.prompts.", Field.Input, 34, SourceForm.Indexed),
        new("llm.output_messages.", Field.Output, 32, SourceForm.Indexed),
        new("llm.choices.", Field.Output, 34, SourceForm.Indexed),
        new("retrieval.documents.", Field.Output, 62, SourceForm.Indexed),
        new("reranker.output_documents.", Field.Output, 64, SourceForm.Indexed),
        new("reranker.query", Field.Input, 78),
        new("embedding.embeddings.", Field.Input, 95, SourceForm.Indexed),
        new("input.value", Field.Input, 90),
        new("output.value", Field.Output, 90),
        new("tool.name", Field.ToolName, 30),
        new("tool.id", Field.ToolCallId, 30),
        new("agent.name", Field.AgentName, 20),
        new("graph.node.name", Field.AgentName, 30),
        new("prompt.id", Field.PromptName, 60),
        new("llm.prompt_template.version", Field.PromptVersion, 60),
    ];

    public static SpanKind? KindOf(ReadOnlySpan<byte> word) => Words.Find(s_kinds, word);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["LLM"]), (SpanKind.Chain, ["CHAIN", "PROMPT"]), (SpanKind.Tool, ["TOOL"]), (SpanKind.Agent, ["AGENT"]),
        (SpanKind.Retriever, ["RETRIEVER"]), (SpanKind.Embedding, ["EMBEDDING"]), (SpanKind.Reranker, ["RERANKER"]),
        (SpanKind.Guardrail, ["GUARDRAIL"]), (SpanKind.Evaluator, ["EVALUATOR"]));
}
