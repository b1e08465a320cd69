using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Vercel AI SDK 4 to 6, and 7 with its legacy tracer; 7 itself speaks OTel's names. <c>ai.generateText</c> and the like wrap one span for
/// each call of a model (<c>….doGenerate</c>) and repeat the usage of all of them.
/// </summary>
internal static class VercelConvention
{
    /// <summary>The rank of an answer that is put together from its pieces.</summary>
    public const byte Answer = 42;

    /// <summary>The rank of names made of function and operation.</summary>
    public const byte FunctionName = 50;

    /// <summary>The rank of a prompt that is passed on as metadata.</summary>
    public const byte Prompt = 30;

    public static readonly Source[] Sources =
    [
        new("ai.operationId", Field.AiOperation, 10),
        new("operation.name", Field.AiOperation, 20),
        new("ai.telemetry.functionId", Field.FunctionId, 10),
        new("ai.telemetry.functionId", Field.AgentName, 40),
        new("ai.model.provider", Field.Provider, 50),
        new("ai.model.id", Field.RequestModel, 30),
        new("ai.response.model", Field.ResponseModel, 20),
        new("ai.response.id", Field.ResponseId, 20),
        new("ai.usage.inputTokens", Field.InputTokens, 50),
        new("ai.usage.promptTokens", Field.InputTokens, 60),
        new("ai.usage.tokens", Field.InputTokens, 70),
        new("ai.usage.outputTokens", Field.OutputTokens, 50),
        new("ai.usage.completionTokens", Field.OutputTokens, 60),
        new("ai.usage.totalTokens", Field.TotalTokens, 40),
        new("ai.usage.inputTokenDetails.noCacheTokens", Field.UncachedInputTokens, 10),
        new("ai.usage.inputTokenDetails.cacheReadTokens", Field.CacheReadTokens, 70),
        new("ai.usage.cachedInputTokens", Field.CacheReadTokens, 80),
        new("ai.usage.inputTokenDetails.cacheWriteTokens", Field.CacheWriteTokens, 80),
        new("ai.usage.outputTokenDetails.reasoningTokens", Field.ReasoningTokens, 60),
        new("ai.usage.reasoningTokens", Field.ReasoningTokens, 70),
        new("ai.response.providerMetadata", Field.ProviderMetadata, 10),
        new("ai.response.msToFirstChunk", Field.TimeToFirstToken, 40, SourceForm.Milliseconds),
        new("ai.stream.msToFirstChunk", Field.TimeToFirstToken, 50, SourceForm.Milliseconds),
        new("ai.response.finishReason", Field.FinishReasons, 20),
        new("ai.finishReason", Field.FinishReasons, 21),
        new("ai.prompt.messages", Field.Input, 42),
        new("ai.prompt", Field.Input, 44),
        new("ai.value", Field.Input, 46),
        new("ai.values", Field.Input, 47),
        new("ai.response.object", Field.Output, 43),
        new("ai.result.object", Field.Output, 44),
        new("ai.embedding", Field.Output, 46),
        new("ai.embeddings", Field.Output, 47),
        new("ai.ranking", Field.Output, 66),
        new("ai.response.text", Field.AnswerText, 10),
        new("ai.result.text", Field.AnswerText, 20),
        new("ai.response.reasoning", Field.AnswerReasoning, 10),
        new("ai.response.toolCalls", Field.AnswerToolCalls, 10),
        new("ai.result.toolCalls", Field.AnswerToolCalls, 20),
        new("ai.response.files", Field.AnswerFiles, 10),
        new("ai.toolCall.name", Field.ToolName, 20),
        new("ai.toolCall.id", Field.ToolCallId, 20),
        new("ai.toolCall.args", Field.ToolArguments, 20),
        new("ai.toolCall.result", Field.ToolResult, 20),
        new("ai.telemetry.metadata.userId", Field.UserId, 40),
        new("ai.telemetry.metadata.sessionId", Field.SessionId, 50),
        new("ai.telemetry.metadata.tags", Field.Tags, 40),
        new("ai.telemetry.metadata.langfusePrompt", Field.LangfusePrompt, 10),
        new("ai.telemetry.metadata.", Field.MetadataKeys, 40, SourceForm.Group),
        new("ai.settings.context.userId", Field.UserId, 41),
        new("ai.settings.context.sessionId", Field.SessionId, 51),
        new("ai.settings.context.", Field.MetadataKeys, 41, SourceForm.Group),
    ];

    /// <summary><c>ai.streamText.doStream</c> of an operation, without the name of the function that may follow; empty when it is not the SDK's.</summary>
    public static ReadOnlySpan<byte> Operation(ReadOnlySpan<byte> operation)
    {
        if (!operation.StartsWith("ai."u8))
            return default;
        var end = operation.IndexOf((byte)' ');
        return end < 0 ? operation : operation[..end];
    }

    /// <summary>Only what calls the model is a model call; its wrappers repeat the usage.</summary>
    public static SpanKind? KindOf(ReadOnlySpan<byte> operation) => operation switch
    {
        { IsEmpty: true } => null,
        _ when operation.EndsWith(".doGenerate"u8) || operation.EndsWith(".doStream"u8) => SpanKind.Generation,
        _ when operation.EndsWith(".doEmbed"u8) => SpanKind.Embedding,
        _ when operation.EndsWith(".doRerank"u8) => SpanKind.Reranker,
        _ when operation.SequenceEqual("ai.toolCall"u8) => SpanKind.Tool,
        _ => SpanKind.Chain,
    };

    public static bool Streams(ReadOnlySpan<byte> operation) => operation.StartsWith("ai.stream"u8);

    /// <summary>What providers report beside the SDK's own numbers.</summary>
    public static void Complete(Candidates found, ref ReportedUsage usage)
    {
        if (!found.Has(Field.ProviderMetadata))
            return;
        var anthropic = new ReportedUsage();
        var leaves = new JsonLeaves(found.Json(Field.ProviderMetadata), stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Count is not { } count)
                continue;
            var path = leaves.Path;
            if (path.StartsWith("anthropic.usage."u8))
                ProviderUsage.Take(path["anthropic.usage.".Length..], count, ref anthropic);
            else if (path.SequenceEqual("anthropic.cacheReadInputTokens"u8) || path.SequenceEqual("bedrock.usage.cacheReadInputTokens"u8) || path.SequenceEqual("openai.cachedPromptTokens"u8))
                usage.CacheRead ??= count;
            else if (path.SequenceEqual("anthropic.cacheCreationInputTokens"u8) || path.SequenceEqual("bedrock.usage.cacheWriteInputTokens"u8))
                usage.CacheWrite ??= count;
            else if (path.SequenceEqual("openai.reasoningTokens"u8))
                usage.Reasoning ??= count;
        }

        usage.CacheRead ??= anthropic.CacheRead;
        usage.CacheWrite ??= anthropic.CacheWrite;
        usage.CacheWrite5m ??= anthropic.CacheWrite5m;
        usage.CacheWrite1h ??= anthropic.CacheWrite1h;
        // Anthropic never counts the cache as input: whoever repeats its number leaves the cache out.
        if (anthropic.Input is not null && anthropic.Input == usage.Input)
            usage.ExcludesCache = true;
    }

    /// <summary>The tier that the provider says it has charged for; null when it does not.</summary>
    public static string? ServiceTier(Candidates found)
    {
        if (!found.Has(Field.ProviderMetadata))
            return null;
        var leaves = new JsonLeaves(found.Json(Field.ProviderMetadata), stackalloc byte[256]);
        while (leaves.Next())
        {
            if (leaves.Path.SequenceEqual("openai.serviceTier"u8))
                return leaves.Text(100);
        }

        return null;
    }
}
