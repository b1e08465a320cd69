using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// LangSmith's SDKs as they tell their runs as spans. What they call a session is a project; the thread of a conversation is in the
/// metadata. Their names of OTel's are guesses: retrievers are "embeddings", templates of prompts "chat", and "langchain" is the provider
/// of everything else. A run that failed is OK all the same, and has an exception.
/// </summary>
internal static class LangSmithConvention
{
    public static readonly Source[] Sources =
    [
        new("langsmith.span.kind", Field.LangSmithKind, 10),
        new("langsmith.trace.name", Field.DisplayName, 65),
        new("langsmith.metadata.ls_provider", Field.Provider, 15),
        new("langsmith.metadata.ls_model_name", Field.RequestModel, 55),
        new("langsmith.metadata.ls_invocation_params", Field.InvocationParameters, 20),
        new("langsmith.request.streaming", Field.Streaming, 60),
        new("langsmith.usage_metadata", Field.LangSmithUsage, 10),
        new("langsmith.metadata.usage_metadata", Field.LangSmithUsage, 20),
        new("gen_ai.usage.input_token_details", Field.InputTokenDetails, 10),
        new("gen_ai.usage.output_token_details", Field.OutputTokenDetails, 10),
        new("gen_ai.response.service_tier", Field.ServiceTier, 32),
        new("langsmith.span.tags", Field.Tags, 90),
        new("langsmith.metadata.session_id", Field.SessionId, 64),
        new("langsmith.metadata.thread_id", Field.SessionId, 65),
        new("langsmith.metadata.conversation_id", Field.SessionId, 66),
        new("langsmith.trace.session_id", Field.SessionId, 90),
        new("langsmith.metadata.user_id", Field.UserId, 51),
        new("langsmith.metadata.", Field.MetadataKeys, 90, SourceForm.Group),
    ];

    public static SpanKind? KindOf(ReadOnlySpan<byte> word) => Words.Find(s_kinds, word);

    private static readonly (byte[] Word, SpanKind Kind)[] s_kinds = Words.Of(
        (SpanKind.Generation, ["llm"]), (SpanKind.Chain, ["chain", "prompt"]), (SpanKind.Tool, ["tool"]), (SpanKind.Retriever, ["retriever"]),
        (SpanKind.Embedding, ["embedding"]), (SpanKind.Span, ["parser"]));

    /// <summary>Whether a run failed that is said to be OK.</summary>
    public static bool HasFailed(Candidates found) => found.Has(Field.LangSmithKind) && found.Key(Field.ErrorType).StartsWith("exception."u8);

    /// <summary>Totals contain their parts, as in OTel.</summary>
    public static void Complete(Candidates found, ref ReportedUsage usage)
    {
        if (!found.Has(Field.LangSmithUsage) && !found.Has(Field.InputTokenDetails) && !found.Has(Field.OutputTokenDetails))
            return;
        var whole = new JsonLeaves(found.Json(Field.LangSmithUsage), stackalloc byte[256]);
        while (whole.Next())
        {
            if (whole.Count is not { } count)
                continue;
            if (whole.Path.StartsWith("input_token_details."u8))
                TakeInput(whole.Path["input_token_details.".Length..], count, ref usage);
            else if (whole.Path.StartsWith("output_token_details."u8))
                TakeOutput(whole.Path["output_token_details.".Length..], count, ref usage);
            else
                ProviderUsage.Take(whole.Path, count, ref usage);
        }

        var input = new JsonLeaves(found.Json(Field.InputTokenDetails), stackalloc byte[256]);
        while (input.Next())
        {
            if (input.Count is { } count)
                TakeInput(input.Path, count, ref usage);
        }

        var output = new JsonLeaves(found.Json(Field.OutputTokenDetails), stackalloc byte[256]);
        while (output.Next())
        {
            if (output.Count is { } count)
                TakeOutput(output.Path, count, ref usage);
        }
    }

    private static void TakeInput(ReadOnlySpan<byte> name, long count, ref ReportedUsage usage)
    {
        if (name.SequenceEqual("cache_read"u8))
            usage.CacheRead ??= count;
        else if (name.SequenceEqual("cache_creation"u8))
            usage.CacheWrite ??= count;
        else if (name.SequenceEqual("ephemeral_5m_input_tokens"u8))
            usage.CacheWrite5m ??= count;
        else if (name.SequenceEqual("ephemeral_1h_input_tokens"u8))
            usage.CacheWrite1h ??= count;
        else if (name.SequenceEqual("audio"u8))
            usage.InputAudio ??= count;
        else if (name.SequenceEqual("image"u8))
            usage.InputImage ??= count;
    }

    private static void TakeOutput(ReadOnlySpan<byte> name, long count, ref ReportedUsage usage)
    {
        if (name.SequenceEqual("reasoning"u8))
            usage.Reasoning ??= count;
        else if (name.SequenceEqual("audio"u8))
            usage.OutputAudio ??= count;
        else if (name.SequenceEqual("image"u8))
            usage.OutputImage ??= count;
    }
}
