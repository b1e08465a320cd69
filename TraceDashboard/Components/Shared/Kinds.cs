using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Shared;

/// <summary>How a kind of span looks everywhere: one colour and one name.</summary>
public static class Kinds
{
    /// <summary>A CSS value, right in both themes.</summary>
    public static string Color(SpanKind kind) => kind switch
    {
        SpanKind.Generation => "var(--k-generation)",
        SpanKind.Embedding => "var(--k-embedding)",
        SpanKind.Tool => "var(--k-tool)",
        SpanKind.Retriever => "var(--k-retriever)",
        SpanKind.Reranker => "var(--k-reranker)",
        SpanKind.Agent => "var(--k-agent)",
        SpanKind.Chain => "var(--k-chain)",
        SpanKind.Guardrail => "var(--k-guardrail)",
        SpanKind.Evaluator => "var(--k-evaluator)",
        SpanKind.Event => "var(--k-event)",
        _ => "var(--k-span)",
    };

    public static string Label(SpanKind kind) => kind switch
    {
        SpanKind.Generation => "generation",
        SpanKind.Embedding => "embedding",
        SpanKind.Tool => "tool",
        SpanKind.Retriever => "retriever",
        SpanKind.Reranker => "reranker",
        SpanKind.Agent => "agent",
        SpanKind.Chain => "chain",
        SpanKind.Guardrail => "guardrail",
        SpanKind.Evaluator => "evaluator",
        SpanKind.Event => "event",
        _ => "span",
    };
}
