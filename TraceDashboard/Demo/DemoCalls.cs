using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Demo;

/// <summary>The calls that the demo's programs make: models with their speed, tokens and failures, and tools.</summary>
/// <param name="context">Whose trace it is.</param>
/// <param name="trace">Where the spans go.</param>
/// <param name="random">Decides.</param>
/// <param name="trouble">The provider that refuses many calls just then; null when none does.</param>
internal sealed class DemoCalls(DemoContext context, DemoTrace trace, DemoRandom random, string? trouble)
{
    public const long Millisecond = UnixNanos.PerMillisecond;

    /// <summary>Calls a chat model, again when the provider refuses.</summary>
    /// <returns>When it was over, and whether there is an answer.</returns>
    public (long End, bool Answered) Generate(
        SpanUpdate? parent, DemoModel model, long at, IReadOnlyList<JsonObject> messages, JsonObject answer, int promptTokens, int answerTokens, bool stream)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (!random.Chance(model.Provider == trouble ? 0.35 : 0.02))
                return (Answer(), true);
            var end = Refuse(out var temporary);
            if (!temporary || attempt == 3)
                return (end, false);
            at = end + ((long)random.Skewed(400 * Math.Pow(2, attempt)) * Millisecond);
        }

        long Answer()
        {
            var reasoning = model.Reasons ? (int)random.Skewed(420, 0.7) : 0;
            var wait = (random.Skewed(model.FirstTokenMs) + (reasoning * 1000.0 / model.TokensPerSecond)) * Millisecond;
            var first = at + (long)wait;
            var end = first + (long)(answerTokens * 1000.0 / random.Skewed(model.TokensPerSecond, 0.2) * Millisecond);
            var span = Span(end);
            if (stream)
            {
                span.FirstTokenTime = first;
                span.Streaming = true;
            }

            span.ResponseModel = model.Name;
            span.ResponseId = "resp_" + random.HexId(12);
            span.FinishReason = answer["finish_reason"]?.GetValue<string>() ?? "stop";
            span.Usage = Usage(model, promptTokens, answerTokens, reasoning);
            span.Output = DemoJson.Bytes(new JsonArray(answer.DeepClone()));
            return end;
        }

        long Refuse(out bool temporary)
        {
            var kind = model.Provider == trouble ? 0 : random.Weighted([0.45, 0.2, 0.35]);
            temporary = kind != 2;
            var span = Span(at + (long)(kind == 1 ? random.Skewed(30_000, 0.05) : random.Skewed(220)) * Millisecond);
            var (type, message) = kind switch
            {
                0 => ("429", "Rate limit reached for requests per minute. Try again later."),
                1 => ("timeout", "The request was cancelled because no answer came within 30 s."),
                _ => ("content_filter", "The answer was withheld by the provider's content filter."),
            };
            DemoTrace.Fail(span, type, message);
            return span.EndTime!.Value;
        }

        SpanUpdate Span(long end)
        {
            var span = trace.Add(parent, "chat " + model.Name, SpanKind.Generation, at, end, new JsonObject
            {
                ["gen_ai.operation.name"] = "chat",
                ["gen_ai.request.temperature"] = model.Reasons ? 1.0 : 0.3,
                ["gen_ai.request.max_tokens"] = 2048,
            });
            span.Provider = model.Provider;
            span.RequestModel = model.Name;
            span.PromptName = context.App.Name;
            span.PromptVersion = context.Release;
            span.Input = DemoJson.Bytes(new JsonArray([.. messages.Select(m => m.DeepClone())]));
            return span;
        }
    }

    /// <summary>A call of an embedding or reranking model.</summary>
    public long Encode(SpanUpdate parent, DemoModel model, SpanKind kind, long at, string text, int tokens)
    {
        var end = at + (long)(random.Skewed(model.FirstTokenMs) * Millisecond);
        var operation = kind == SpanKind.Embedding ? "embeddings" : "rerank";
        var span = trace.Add(parent, $"{operation} {model.Name}", kind, at, end, new JsonObject { ["gen_ai.operation.name"] = operation });
        span.Provider = model.Provider;
        span.RequestModel = span.ResponseModel = model.Name;
        span.Input = DemoJson.Bytes(text);
        if (kind == SpanKind.Embedding)
            span.Usage = new TokenUsage { Input = tokens, Rule = UsageRule.InputIncludesCache };
        return end;
    }

    public SpanUpdate Tool(SpanUpdate parent, string name, string callId, string arguments, string result, long at, double medianMs)
    {
        var span = trace.Add(parent, "execute_tool " + name, SpanKind.Tool, at, at + (long)(random.Skewed(medianMs) * Millisecond), new JsonObject
        {
            ["gen_ai.operation.name"] = "execute_tool",
            ["gen_ai.tool.type"] = "function",
        });
        span.ToolName = name;
        span.ToolCallId = callId;
        span.Input = DemoJson.Bytes(JsonNode.Parse(arguments)!);
        if (random.Chance(0.03))
            DemoTrace.Fail(span, "HttpRequestException", $"{name}: the upstream service answered 502 Bad Gateway.");
        else
            span.Output = DemoJson.Bytes(result);
        return span;
    }

    /// <summary>Tokens of a text, roughly.</summary>
    public static int Tokens(string text) => (int)(text.Length / 3.8) + 4;

    private TokenUsage Usage(DemoModel model, int promptTokens, int answerTokens, int reasoning)
    {
        // Providers cache the part that all calls have in common, from 1 024 tokens on.
        var common = Math.Min(context.App.PromptTokens, promptTokens) / 128 * 128;
        common = common >= 1_024 ? common : 0;
        var (read, written) = model.Cache switch
        {
            PromptCache.Automatic when common > 0 => (random.Chance(0.7) ? common : 0, (int?)null),
            PromptCache.Written when common > 0 => random.Chance(0.85) ? (common, 0) : (0, common),
            _ => (0, null),
        };
        return new TokenUsage
        {
            Input = promptTokens - read - (written ?? 0),
            CacheRead = model.Cache == PromptCache.None ? null : read,
            CacheWrite5m = written,
            Output = answerTokens,
            Reasoning = model.Reasons ? reasoning : null,
            Rule = UsageRule.InputIncludesCache,
        };
    }
}
