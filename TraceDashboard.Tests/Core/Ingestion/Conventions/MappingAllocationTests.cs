using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion.Conventions;

/// <summary>Ingestion is bound by memory traffic: what one span allocates on its way to an update.</summary>
public sealed class MappingAllocationTests
{
    private const int SpanCount = 256;

    /// <summary>2.4 kB of a model call in each dialect.</summary>
    public static TheoryData<string, string> Dialects => new()
    {
        {
            "OpenTelemetry GenAI",
            """
            {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"gpt-4o","gen_ai.response.model":"gpt-4o-2024-08-06","gen_ai.response.id":"resp_1",
             "gen_ai.response.finish_reasons":["stop"],"gen_ai.usage.input_tokens":1000,"gen_ai.usage.output_tokens":200,"gen_ai.usage.cache_read.input_tokens":600,"session.id":"s1","user.id":"u1",
             "gen_ai.system_instructions":"[{\"type\":\"text\",\"content\":\"Be brief.\"}]",
             "gen_ai.input.messages":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"@\"}]}]",
             "gen_ai.output.messages":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"@\"}],\"finish_reason\":\"stop\"}]"}
            """
        },
        {
            "OpenInference",
            """
            {"openinference.span.kind":"LLM","llm.provider":"openai","llm.model_name":"gpt-4o","llm.token_count.prompt":1000,"llm.token_count.completion":200,"llm.token_count.total":1200,
             "llm.token_count.prompt_details.cache_read":600,"session.id":"s1","user.id":"u1","llm.invocation_parameters":"{\"temperature\":0.5,\"model\":\"gpt-4o\"}",
             "llm.input_messages.0.message.role":"system","llm.input_messages.0.message.content":"Be brief.","llm.input_messages.1.message.role":"user","llm.input_messages.1.message.content":"@",
             "llm.output_messages.0.message.role":"assistant","llm.output_messages.0.message.content":"@"}
            """
        },
        {
            "Vercel AI SDK",
            """
            {"ai.operationId":"ai.streamText.doStream","ai.model.id":"gpt-4o","ai.model.provider":"openai.chat","ai.prompt.messages":"[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"@\"}]}]",
             "ai.response.text":"@","ai.usage.inputTokens":1000,"ai.usage.outputTokens":200,"ai.response.providerMetadata":"{\"openai\":{\"cachedPromptTokens\":600,\"reasoningTokens\":100}}",
             "ai.telemetry.metadata.userId":"u1","ai.response.msToFirstChunk":200.5,"ai.response.finishReason":"stop","ai.telemetry.functionId":"answer"}
            """
        },
        {
            "Langfuse",
            """
            {"langfuse.observation.type":"generation","langfuse.observation.input":"[{\"role\":\"user\",\"content\":\"@\"}]","langfuse.observation.output":"@","langfuse.observation.model.name":"gpt-4o",
             "langfuse.observation.usage_details":"{\"input\":10,\"output\":5,\"total\":15}","langfuse.observation.cost_details":"{\"input\":0.25,\"output\":0.5}","langfuse.user.id":"u1","langfuse.session.id":"s1",
             "langfuse.trace.name":"checkout","langfuse.observation.completion_start_time":"2025-11-24T16:00:00.250Z"}
            """
        },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public void A_span_allocates_less_than_three_times_its_size(string dialect, string attributes)
    {
        var text = string.Concat(Enumerable.Repeat("The parcel left the warehouse. ", 200));
        var length = Math.Max(0, 2400 - 150 - attributes.Length) / 2;
        var map = JsonNode.Parse(attributes.Replace("@", text[..length], StringComparison.Ordinal))!.AsObject();
        var spans = Enumerable.Range(1, SpanCount).Select(i =>
        {
            var span = OtlpBodies.Span(i, map.ToJsonString());
            return (JsonNode)span;
        });
        var body = OtlpBodies.ToProtobuf(OtlpBodies.Request([.. spans]));
        _ = Allocated(body);

        var allocated = Allocated(body);

        Assert.True(allocated < 3L * body.Length, $"{dialect}: {allocated / SpanCount} bytes for {body.Length / SpanCount}");
    }

    private static long Allocated(byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var decoder = new OtlpDecoder(OtlpEncoding.Protobuf.Open(OtlpSignal.Traces, body, body.Length, new IngestionOptions()), projectId: 7);
        var batch = decoder.Next(long.MaxValue)!;
        Assert.Equal(SpanCount, batch.Spans.Count);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
