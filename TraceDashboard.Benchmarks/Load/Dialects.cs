using System.Globalization;
using System.Text;

namespace TraceDashboard.Benchmarks.Load;

/// <summary>The load generator's spans in the words of other instrumentations than OpenTelemetry's own, each span a model call.</summary>
internal static class Dialects
{
    /// <summary>Name and what adds a span's attributes; null for OpenTelemetry's conventions.</summary>
    public static readonly (string Name, Action<OtlpEncoder, SampleSpan>? Attributes)[] All =
    [
        ("OpenTelemetry GenAI", null),
        ("OpenInference", OpenInference),
        ("OpenLLMetry", OpenLlmetry),
        ("Vercel AI SDK", Vercel),
        ("Langfuse", Langfuse),
    ];

    private static void OpenInference(OtlpEncoder to, SampleSpan span)
    {
        to.Attribute("llm.output_messages.0.message.content", Text(span.Output));
        to.Attribute("llm.output_messages.0.message.role", "assistant");
        to.Attribute("llm.input_messages.1.message.content", Text(span.Input));
        to.Attribute("llm.input_messages.1.message.role", "user");
        to.Attribute("llm.input_messages.0.message.content", "Be brief.");
        to.Attribute("llm.input_messages.0.message.role", "system");
        to.Attribute("session.id", span.SessionId);
        to.Attribute("user.id", span.UserId);
        to.Attribute("llm.token_count.prompt_details.cache_read", span.CachedTokens);
        to.Attribute("llm.token_count.completion", span.OutputTokens);
        to.Attribute("llm.token_count.prompt", span.InputTokens);
        to.Attribute("llm.invocation_parameters", "{\"temperature\":0.5,\"max_tokens\":800}");
        to.Attribute("llm.model_name", span.Model);
        to.Attribute("llm.provider", span.Provider);
        to.Attribute("openinference.span.kind", "LLM");
    }

    private static void OpenLlmetry(OtlpEncoder to, SampleSpan span)
    {
        to.Attribute("gen_ai.completion.0.content", Text(span.Output));
        to.Attribute("gen_ai.completion.0.finish_reason", "stop");
        to.Attribute("gen_ai.completion.0.role", "assistant");
        to.Attribute("gen_ai.prompt.1.content", Text(span.Input));
        to.Attribute("gen_ai.prompt.1.role", "user");
        to.Attribute("gen_ai.prompt.0.content", "Be brief.");
        to.Attribute("gen_ai.prompt.0.role", "system");
        to.Attribute("traceloop.association.properties.session_id", span.SessionId);
        to.Attribute("traceloop.association.properties.user_id", span.UserId);
        to.Attribute("gen_ai.usage.cache_read_input_tokens", span.CachedTokens);
        to.Attribute("gen_ai.usage.completion_tokens", span.OutputTokens);
        to.Attribute("gen_ai.usage.prompt_tokens", span.InputTokens);
        to.Attribute("gen_ai.response.model", span.Model);
        to.Attribute("gen_ai.request.model", span.Model);
        to.Attribute("gen_ai.system", span.Provider);
        to.Attribute("llm.request.type", "chat");
    }

    private static void Vercel(OtlpEncoder to, SampleSpan span)
    {
        to.Attribute("ai.response.text", Text(span.Output));
        to.Attribute("ai.prompt.messages", span.Input);
        to.Attribute("ai.telemetry.metadata.sessionId", span.SessionId);
        to.Attribute("ai.telemetry.metadata.userId", span.UserId);
        to.Attribute("ai.response.msToFirstChunk", (span.SecondsToFirstChunk ?? 0.1) * 1000);
        to.Attribute("ai.usage.cachedInputTokens", span.CachedTokens);
        to.Attribute("ai.usage.outputTokens", span.OutputTokens);
        to.Attribute("ai.usage.inputTokens", span.InputTokens);
        to.Attribute("ai.response.finishReason", "stop");
        to.Attribute("ai.response.model", span.Model);
        to.Attribute("ai.model.id", span.Model);
        to.Attribute("ai.model.provider", span.Provider);
        to.Attribute("ai.operationId", "ai.streamText.doStream");
    }

    private static void Langfuse(OtlpEncoder to, SampleSpan span)
    {
        to.Attribute("langfuse.observation.output", Text(span.Output));
        to.Attribute("langfuse.observation.input", span.Input);
        to.Attribute("langfuse.session.id", span.SessionId);
        to.Attribute("langfuse.user.id", span.UserId);
        to.Attribute("langfuse.observation.usage_details", string.Create(
            CultureInfo.InvariantCulture, $"{{\"input\":{span.InputTokens - span.CachedTokens},\"input_cached_tokens\":{span.CachedTokens},\"output\":{span.OutputTokens}}}"));
        to.Attribute("langfuse.observation.model.parameters", "{\"temperature\":0.5}");
        to.Attribute("langfuse.observation.model.name", span.Model);
        to.Attribute("langfuse.observation.type", "generation");
    }

    /// <summary>What stands in the one part of the messages; the generator's texts need no escapes.</summary>
    private static string Text(byte[] messages)
    {
        var start = messages.AsSpan().IndexOf("\"content\":\""u8) + "\"content\":\"".Length;
        return Encoding.UTF8.GetString(messages.AsSpan(start..^"\"}]}]".Length));
    }
}
