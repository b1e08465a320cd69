using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>MLflow: every value is JSON, texts too, with their quotes.</summary>
internal static class MlflowConvention
{
    /// <summary>The rank of its cost, and of the prompt that a span is linked with.</summary>
    public const byte Cost = 70;

    public static readonly Source[] Sources =
    [
        new("mlflow.spanType", Field.MlflowType, 10),
        new("mlflow.spanInputs", Field.Input, 64, SourceForm.JsonText),
        new("mlflow.spanOutputs", Field.Output, 65, SourceForm.JsonText),
        new("mlflow.chat.tokenUsage", Field.MlflowUsage, 10),
        new("mlflow.llm.cost", Field.MlflowCost, 10),
        new("mlflow.llm.model", Field.ResponseModel, 60),
        new("mlflow.llm.provider", Field.Provider, 60),
        new("mlflow.linkedPrompts", Field.MlflowPrompts, 10),
        new("mlflow.traceTag.", Field.MetadataKeys, 70, SourceForm.Group),
    ];

    public static SpanKind? KindOf(ReadOnlySpan<byte> word) => Words.Find(s_kinds, word);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["LLM", "CHAT_MODEL"]), (SpanKind.Agent, ["AGENT"]), (SpanKind.Tool, ["TOOL"]), (SpanKind.Chain, ["CHAIN", "WORKFLOW"]),
        (SpanKind.Retriever, ["RETRIEVER"]), (SpanKind.Embedding, ["EMBEDDING"]), (SpanKind.Reranker, ["RERANKER"]),
        (SpanKind.Guardrail, ["GUARDRAIL"]), (SpanKind.Evaluator, ["EVALUATOR"]), (SpanKind.Span, ["PARSER", "MEMORY", "TASK"]));

    public static void Complete(Candidates found, ref ReportedUsage usage)
    {
        if (!found.Has(Field.MlflowUsage))
            return;
        var leaves = new JsonLeaves(found.Json(Field.MlflowUsage), stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Count is { } count)
                ProviderUsage.Take(leaves.Path, count, ref usage);
        }
    }

    /// <summary>USD; null when it is not told.</summary>
    public static decimal? CostOf(ReadOnlySpan<byte> json)
    {
        decimal? total = null, parts = null;
        var leaves = new JsonLeaves(json, stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Amount is not { } amount)
                continue;
            if (leaves.Path.SequenceEqual("total_cost"u8))
                total = amount;
            else if (leaves.Path.SequenceEqual("input_cost"u8) || leaves.Path.SequenceEqual("output_cost"u8))
                parts = (parts ?? 0) + amount;
        }

        return total ?? parts;
    }

    /// <summary>The first of a list of prompts, as one object.</summary>
    public static ReadOnlySpan<byte> FirstPrompt(ReadOnlySpan<byte> json)
    {
        json = json.TrimStart(" \t\r\n"u8);
        return json.StartsWith("["u8) ? json[1..] : json;
    }
}
