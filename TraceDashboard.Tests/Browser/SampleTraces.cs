using System.Text;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Browser;

/// <summary>Traces for the trace page's tests, in the form in which protocols hand them to the pipeline.</summary>
internal static class SampleTraces
{
    public const int Project = 1;

    public static SpanUpdate Span(string traceId, string id, string? parent, string name, long start, long? end, SpanKind kind = SpanKind.Span, long sequence = 0) => new()
    {
        ProjectId = Project,
        TraceId = traceId,
        SpanId = id,
        Version = new UpdateVersion((byte)(end is null ? 1 : 2), start, sequence),
        Hash = HashCode.Combine(traceId, id, end, sequence),
        ParentSpanId = parent,
        Name = name,
        Kind = kind,
        Status = SpanStatus.Unset,
        StartTime = start,
        EndTime = end,
    };

    /// <summary>An agent's run like those that users have: calls, tools, retrieval, an error, and at its end an answer that streams when it is live.</summary>
    public static (IReadOnlyList<SpanUpdate> Spans, TraceUpdate Trace) RefundAgent(string traceId, long now, bool live)
    {
        var start = now - Ms(9_420);
        var spans = new List<SpanUpdate>();
        var root = Add("root", null, "invoke_agent refund-agent", SpanKind.Agent, 0, live ? null : 9_420);
        root.AgentName = "refund-agent";
        root.Input = Utf8("""[{"role":"user","parts":[{"type":"text","content":"Where is my refund for order 8841? It has been 12 days."}]}]""");
        Call(Add("c1", "root", "chat claude-sonnet-4-5", SpanKind.Generation, 47, 1_600), 640, 3_000, 210, firstToken: 690);
        var order = Add("t1", "root", "execute_tool get_order", SpanKind.Tool, 1_690, 1_902);
        order.ToolName = "get_order";
        order.Input = Utf8("""{"order_id":"8841"}""");
        order.Output = Utf8("""{"status":"returned","refund":{"state":"failed","code":"CARD_EXPIRED"}}""");
        Add("h1", "t1", "GET orders.internal/8841", SpanKind.Chain, 1_710, 1_891);
        Add("h2", "t1", "cache.set", SpanKind.Chain, 1_892, 1_901);
        Add("r1", "root", "retrieve refund-policy", SpanKind.Retriever, 1_940, 2_770);
        var embedding = Add("e1", "r1", "embeddings text-embedding-3-small", SpanKind.Embedding, 1_950, 2_146);
        embedding.Provider = "openai";
        embedding.ResponseModel = "text-embedding-3-small";
        embedding.Usage = new TokenUsage { Input = 12_000 };
        Add("r2", "r1", "pgvector.search", SpanKind.Retriever, 2_150, 2_562);
        var rerank = Add("r3", "r1", "rerank in-house-v3", SpanKind.Reranker, 2_570, 2_760);
        rerank.Provider = "in-house";
        rerank.ResponseModel = "rerank-in-house-v3";
        rerank.Usage = new TokenUsage { Input = 900 };
        Call(Add("c2", "root", "chat claude-sonnet-4-5", SpanKind.Generation, 2_800, 4_210), 2_084, 4_120, 320, firstToken: 3_380);
        var failed = Add("t2", "root", "execute_tool refund_status", SpanKind.Tool, 4_240, 5_106);
        failed.Status = SpanStatus.Error;
        failed.ErrorType = "UpstreamTimeout";
        failed.StatusMessage = "bank-gateway did not answer within 800 ms";
        failed.Attributes = Utf8("""{"gen_ai.tool.name":"refund_status","retry.count":3,"retry.backoff_ms":120.5,"cached":false,"peer":{"host":"bank-gateway","port":443},"codes":[408,504]}""");
        failed.Events = Utf8($$$"""[{"timeUnixNano":"{{{start + Ms(5_100)}}}","name":"exception","attributes":{"exception.type":"UpstreamTimeout","exception.message":"no answer"}}]""");
        failed.Links = Utf8($$$"""[{"traceId":"{{{traceId}}}","spanId":"t1","attributes":{"reason":"retries"}}]""");
        failed.Resource = Utf8("""{"service.name":"refunds","service.version":"2.4.1"}""");
        Add("g1", "root", "guardrail pii", SpanKind.Guardrail, 5_120, 5_410);
        Call(Add("c3", "root", "chat claude-haiku-4-5", SpanKind.Generation, 5_430, 6_127), 900, 0, 120, firstToken: 5_600, model: "claude-haiku-4-5");
        Add("t3", "root", "execute_tool get_payment", SpanKind.Tool, 6_150, 6_583);
        var post = Add("h3", "t3", "POST bank-gateway/lookup", SpanKind.Chain, 6_160, 6_565);
        post.Status = SpanStatus.Error;
        post.StatusMessage = "502 Bad Gateway";
        Add("a2", "root", "invoke_agent tone-check", SpanKind.Agent, 6_600, 6_798);
        Call(Add("c4", "a2", "chat claude-haiku-4-5", SpanKind.Generation, 6_610, 6_790), 400, 0, 20, firstToken: 6_700, model: "claude-haiku-4-5");
        var last = Add("c5", "root", "chat claude-sonnet-4-5", SpanKind.Generation, 6_810, live ? null : 9_420);
        Call(last, 1_084, 5_120, 133, firstToken: 7_550);
        last.Input = Utf8("""
            [{"role":"system","parts":[{"type":"text","content":"You are a refund specialist. Check the order first, never promise a date that no system has confirmed, and say plainly what went wrong. Use the tools you have before you ask the customer for anything. When a refund has failed, offer another card or the balance of the account. Never show the number of a card, and never name an internal system to a customer."}]},
             {"role":"user","parts":[{"type":"text","content":"Where is my refund for order 8841? It has been 12 days."}]},
             {"role":"assistant","parts":[{"type":"reasoning","content":"The order has to be looked up first."},{"type":"tool_call","id":"call_1","name":"get_order","arguments":{"order_id":"8841"}}]},
             {"role":"tool","parts":[{"type":"tool_call_response","id":"call_1","response":{"status":"returned","refund":{"state":"failed","code":"CARD_EXPIRED"}}}]},
             {"role":"user","parts":[{"type":"uri","modality":"image","mime_type":"image/png","uri":"https://example.com/receipt.png"}]}]
            """);
        last.Chunks = [new OutputChunk(0, "Your refund of €42.90 was sent on 10 November, but your bank sent it back because the card has expired. "), new OutputChunk(1, "I can send it to another card or add it to your balance today. Which would")];
        var trace = new TraceUpdate
        {
            ProjectId = Project,
            TraceId = traceId,
            Version = new UpdateVersion(2, start, 0),
            Name = "refund-agent",
            UserId = "u_77",
            SessionId = "s_1c9",
            Environment = "production",
            InputPreview = "Where is my refund for order 8841?",
        };
        return (spans, trace);

        SpanUpdate Add(string id, string? parent, string name, SpanKind kind, long from, long? to)
        {
            var span = Span(traceId, id, parent, name, start + Ms(from), to is { } end ? start + Ms(end) : null, kind);
            spans.Add(span);
            return span;
        }

        void Call(SpanUpdate span, long input, long cached, long output, long firstToken, string model = "claude-sonnet-4-5")
        {
            span.Provider = "anthropic";
            span.RequestModel = model;
            span.ResponseModel = model;
            span.Streaming = true;
            span.FirstTokenTime = start + Ms(firstToken);
            span.FinishReason = span.EndTime is null ? null : "end_turn";
            span.Usage = new TokenUsage { Input = input, CacheRead = cached, Output = output, Rule = UsageRule.InputIncludesCache };
        }
    }

    /// <summary>A long run: steps of ten spans each below one root.</summary>
    public static IEnumerable<SpanUpdate> Long(string traceId, int count, long start)
    {
        yield return Span(traceId, "root", null, "nightly batch", start, start + Ms(count * 10), SpanKind.Agent);
        for (var i = 1; i < count; i++)
        {
            var step = (i - 1) / 10;
            var isStep = (i - 1) % 10 == 0;
            var from = start + Ms(i * 10);
            var kind = isStep ? SpanKind.Chain : (SpanKind)(1 + (i % 9));
            var span = Span(traceId, $"s{i}", isStep ? "root" : $"s{(step * 10) + 1}", isStep ? $"step {step}" : $"call {i}", from, from + Ms(isStep ? 100 : 8), kind);
            if (i % 777 == 0)
                span.Status = SpanStatus.Error;
            yield return span;
        }
    }

    /// <summary>A chain, each span inside the one before.</summary>
    public static IEnumerable<SpanUpdate> Deep(string traceId, int depth, long start)
    {
        for (var i = 0; i < depth; i++)
            yield return Span(traceId, $"d{i}", i == 0 ? null : $"d{i - 1}", $"level {i}", start + Ms(i), start + Ms((depth * 2) - i), SpanKind.Chain);
    }

    public static async Task WriteAsync(this IngestionPipeline pipeline, IEnumerable<SpanUpdate> spans, params TraceUpdate[] traces)
    {
        var result = await pipeline.WriteAsync(new IngestBatch(Project, [.. spans], traces), CancellationToken.None);
        if (result.Rejected.Count > 0)
            throw new InvalidOperationException(result.Rejected[0].Reason);
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static long Ms(long milliseconds) => milliseconds * UnixNanos.PerMillisecond;
}
