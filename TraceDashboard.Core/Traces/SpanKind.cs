namespace TraceDashboard.Core.Traces;

/// <summary>What a span did. The numbers are stored and never change their meaning.</summary>
public enum SpanKind : byte
{
    /// <summary>Anything that is none of the others.</summary>
    Span = 0,

    /// <summary>A call of a language model.</summary>
    Generation = 1,
    Embedding = 2,
    Tool = 3,
    Retriever = 4,
    Reranker = 5,
    Agent = 6,
    Chain = 7,
    Guardrail = 8,
    Evaluator = 9,

    /// <summary>A moment without a duration.</summary>
    Event = 10,
}

public static class SpanKinds
{
    /// <summary>Whether spans of this kind call a model, so that their tokens and cost may count towards the trace.</summary>
    public static bool IsModelCall(this SpanKind kind) =>
        kind is SpanKind.Generation or SpanKind.Embedding or SpanKind.Reranker;
}
