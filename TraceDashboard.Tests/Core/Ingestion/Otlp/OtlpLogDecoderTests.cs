using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Clients;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

/// <summary>The forms in which instrumentations tell prompts and answers as log records, in both encodings.</summary>
public sealed class OtlpLogDecoderTests
{
    [Theory]
    [InlineData("gen_ai.user.message", """{"content":"Hi"}""", "{}", "user: Hi", "")]
    [InlineData("gen_ai.user.message", "\"{\\\"content\\\":\\\"Hi\\\"}\"", "{}", "user: Hi", "")]
    [InlineData("gen_ai.user.message", "\"Hi\"", "{}", "user: Hi", "")]
    [InlineData("gen_ai.user.message", "null", """{"content":"Hi","gen_ai.system":"openai"}""", "user: Hi", "")]
    [InlineData("gen_ai.user.message", "null", """{"gen_ai.event.content":"{\"content\":\"Hi\"}"}""", "user: Hi", "")]
    [InlineData("gen_ai.system.message", """{"content":"Be brief."}""", "{}", "system: Be brief.", "")]
    [InlineData("gen_ai.assistant.message", """{"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]}""", "{}", """assistant: weather#c1({"city":"Rome"})""", "")]
    [InlineData("gen_ai.tool.message", """{"id":"c1","content":"rain"}""", "{}", "tool: #c1 = rain", "")]
    [InlineData("gen_ai.choice", """{"index":0,"finish_reason":"stop","message":{"content":"Ho"}}""", "{}", "", "assistant: Ho")]
    [InlineData(
        "gen_ai.client.inference.operation.details", "null",
        """{"gen_ai.system_instructions":"[{\"type\":\"text\",\"content\":\"Be brief.\"}]","gen_ai.input.messages":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hi\"}]}]","gen_ai.output.messages":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Ho\"}]}]"}""",
        "system: Be brief.\nuser: Hi", "assistant: Ho")]
    [InlineData("gen_ai.user.message", "{}", "{}", null, null)] // content is not captured
    [InlineData("gen_ai.choice", """{"index":0,"finish_reason":"stop","message":{"role":"assistant"}}""", "{}", null, null)]
    [InlineData("gen_ai.something.else", """{"content":"Hi"}""", "{}", null, null)]
    [InlineData("app.started", """{"content":"gen_ai.user.message"}""", "{}", null, null)]
    public void A_record_tells_what_its_event_says(string name, string body, string attributes, string? input, string? output)
    {
        foreach (var named in new[] { OtlpBodies.Log(name, body, attributes), OtlpBodies.Log(null, body, attributes, named: name) })
        {
            foreach (var decoded in Decode(named))
            {
                Assert.Equal((0, ""), (decoded.Rejected, decoded.Reasons));
                if (input is null)
                {
                    Assert.Empty(decoded.Spans);
                    continue;
                }

                var update = Assert.Single(decoded.Spans);
                Assert.Equal(1UL << (int)SpanField.Events, update.Fields);
                var told = Told(update);
                Assert.Equal(input, string.Join('\n', told.Input));
                Assert.Equal(output, string.Join('\n', told.Output));
            }
        }
    }

    [Fact]
    public void Messages_of_one_time_keep_their_order_and_equal_ones_are_not_one()
    {
        JsonNode[] records =
        [
            OtlpBodies.Log("gen_ai.user.message", """{"content":"yes"}"""),
            OtlpBodies.Log("gen_ai.assistant.message", """{"content":"Sure?"}"""),
            OtlpBodies.Log("gen_ai.user.message", """{"content":"yes"}"""),
            OtlpBodies.Log("gen_ai.system.message", """{"content":"Be brief."}""", millisecond: -1),
        ];
        foreach (var decoded in Decode(records))
            Assert.Equal(["system: Be brief.", "user: yes", "assistant: Sure?", "user: yes"], Told(Assert.Single(decoded.Spans)).Input);
    }

    [Fact]
    public void A_record_without_ids_or_a_time_of_its_own_is_dealt_with()
    {
        var withoutIds = OtlpBodies.Log("gen_ai.user.message", """{"content":"a"}""");
        withoutIds.Remove("traceId");
        var observed = OtlpBodies.Log("gen_ai.user.message", """{"content":"b"}""");
        observed["observedTimeUnixNano"] = observed["timeUnixNano"]!.DeepClone();
        observed.Remove("timeUnixNano");
        var timeless = OtlpBodies.Log("gen_ai.user.message", """{"content":"c"}""");
        timeless.Remove("timeUnixNano");
        foreach (var decoded in Decode(withoutIds, observed, timeless))
        {
            Assert.Equal(["user: b"], Told(Assert.Single(decoded.Spans)).Input);
            Assert.Equal(1, decoded.Rejected);
            Assert.Equal("log record #3 \"gen_ai.user.message\": timeUnixNano is missing", decoded.Reasons);
        }
    }

    [Fact]
    public void The_result_of_an_evaluator_is_a_score_of_its_span()
    {
        var record = OtlpBodies.Log("gen_ai.evaluation.result", null, """{"gen_ai.evaluation.name":"helpful","gen_ai.evaluation.score.value":0.9,"gen_ai.evaluation.explanation":"good"}""");
        foreach (var decoded in Decode(record))
        {
            Assert.Empty(decoded.Spans);
            var score = Assert.Single(decoded.Scores);
            Assert.Equal((OtlpBodies.TraceId, "0000000000000001", "helpful", 0.9, "good", ScoreSource.Evaluator), (score.TraceId, score.SpanId, score.Name, score.Value, score.Comment, score.Source));
        }
    }

    [Fact]
    public void What_arrives_in_other_pieces_and_more_than_once_is_the_same_set()
    {
        JsonNode[] records =
        [
            .. Enumerable.Range(0, 6).Select(i => OtlpBodies.Log("gen_ai.user.message", $$"""{"content":"{{i}}"}""", millisecond: i / 2)),
            OtlpBodies.Log("gen_ai.choice", """{"index":0,"message":{"content":"Ho"}}""", millisecond: 9),
        ];
        var whole = Told(Assert.Single(OtlpDecoding.OfLogs(records).Spans));
        var random = new Random(4711);
        for (var run = 0; run < 50; run++)
        {
            // Split anywhere and sent again whole: the order within a request is the sender's.
            var cut = random.Next(1, records.Length);
            SpanUpdate[] updates = [.. new[] { records[..cut], records[cut..], records, records[..cut] }.Select(r => OtlpDecoding.OfLogs(r).Spans.Single())];
            random.Shuffle(updates);
            var joined = updates[0];
            foreach (var update in updates[1..])
                SpanMerge.Join(joined, update);
            var told = Told(joined);
            Assert.Equal(whole.Output, told.Output);
            Assert.Equal(whole.Input.Order(), told.Input.Order());
        }
    }

    private static OtlpDecoding[] Decode(params JsonNode[] records) => [OtlpDecoding.OfLogs(records), OtlpDecoding.OfLogs(records, OtlpEncoding.Protobuf)];

    private static (string[] Input, string[] Output) Told(SpanUpdate update)
    {
        var (input, output) = LogMessages.Of(update.Events);
        return ClientApp.MessagesOf(new SpanDetails { Facts = new SpanFacts { SpanId = update.SpanId }, Input = Text(input), Output = Text(output) });
    }

    private static string? Text(byte[]? utf8) => utf8 is null ? null : System.Text.Encoding.UTF8.GetString(utf8);
}
