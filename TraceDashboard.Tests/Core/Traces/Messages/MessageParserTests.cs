using System.Text;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Tests.Core.Traces.Messages;

public class MessageParserTests
{
    [Theory]
    [InlineData("Where is my refund?")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("""{"order_id": "8841"}""")]
    [InlineData("""[1, 2, 3]""")]
    [InlineData("""{"input": "a chain's own input"}""")]
    [InlineData("""[{"id": 1, "score": 0.4}]""")]
    public void What_is_no_conversation_is_left_to_be_shown_as_it_is(string? content) =>
        Assert.Null(MessageParser.Parse(content, "user").Messages);

    [Fact]
    public void OpenTelemetry_messages_keep_their_parts_in_order()
    {
        var messages = Messages("""
            [{"role":"user","parts":[{"type":"text","content":"Weather in Paris?"}]},
             {"role":"assistant","parts":[{"type":"reasoning","content":"I need a tool."},{"type":"tool_call","id":"c1","name":"get_weather","arguments":{"city":"Paris"}}],"finish_reason":"tool_call"},
             {"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"rainy, 57F"}]},
             {"role":"tool","parts":[{"type":"tool_call_response","id":"c2","result":{"ok":true}}]}]
            """);

        Assert.Equal(["user", "assistant", "tool", "tool"], messages.Select(m => m.Role));
        Assert.Equal(new TextPart("Weather in Paris?"), Assert.Single(messages[0].Parts));
        Assert.Equal("tool_call", messages[1].FinishReason);
        Assert.Equal(new ReasoningPart("I need a tool."), messages[1].Parts[0]);
        var call = Assert.IsType<ToolCallPart>(messages[1].Parts[1]);
        Assert.Equal(("c1", "get_weather", "{\n  \"city\": \"Paris\"\n}"), (call.Id, call.Name, call.Arguments));
        Assert.Equal(new ToolResultPart("c1", null, "rainy, 57F", IsError: false), Assert.Single(messages[2].Parts));
        Assert.Equal("{\n  \"ok\": true\n}", Assert.IsType<ToolResultPart>(messages[3].Parts[0]).Result);
    }

    [Fact]
    public void System_instructions_are_a_list_of_parts_without_a_role()
    {
        var message = Assert.Single(Messages("""[{"type":"text","content":"Be brief."},{"type":"text","content":"Be kind."}]""", "system"));

        Assert.Equal("system", message.Role);
        Assert.Equal([new TextPart("Be brief."), new TextPart("Be kind.")], message.Parts);
    }

    [Fact]
    public void An_OpenAI_request_has_plain_and_listed_content_tool_calls_and_results()
    {
        var messages = Messages("""
            {"model":"gpt-4o","messages":[
              {"role":"developer","content":"You route tickets."},
              {"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]},
              {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"lookup","arguments":"{\"q\":1}"}}]},
              {"role":"tool","tool_call_id":"call_1","content":"42"}]}
            """);

        Assert.Equal(["system", "user", "assistant", "tool"], messages.Select(m => m.Role));
        Assert.Equal(new MediaPart("image", null) { Uri = "https://example.com/a.png" }, messages[1].Parts[1]);
        Assert.Equal(new ToolCallPart("call_1", "lookup", "{\"q\":1}"), Assert.Single(messages[2].Parts));
        Assert.Equal(new ToolResultPart("call_1", null, "42", IsError: false), Assert.Single(messages[3].Parts));
    }

    [Fact]
    public void An_OpenAI_reply_carries_its_finish_reason_reasoning_and_refusal()
    {
        var messages = Messages("""
            {"choices":[{"finish_reason":"stop","message":{"role":"assistant","reasoning_content":"hm","content":"Done.","refusal":null}},
                        {"finish_reason":"content_filter","message":{"role":"assistant","content":null,"refusal":"I can't."}}]}
            """);

        Assert.Equal(["stop", "content_filter"], messages.Select(m => m.FinishReason));
        Assert.Equal([new ReasoningPart("hm"), new TextPart("Done.")], messages[0].Parts);
        Assert.Equal([new TextPart("I can't.")], messages[1].Parts);
    }

    [Fact]
    public void Items_of_the_responses_API_become_messages()
    {
        var messages = Messages("""
            {"object":"response","instructions":"Be brief.","output":[
              {"type":"reasoning","summary":[{"type":"summary_text","text":"Look it up."}]},
              {"type":"function_call","call_id":"c9","name":"search","arguments":"{}"},
              {"type":"function_call_output","call_id":"c9","output":"found"},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Found it."}]}]}
            """, "assistant");

        Assert.Equal("system", messages[0].Role);
        Assert.Equal([new ReasoningPart("Look it up."), new ToolCallPart("c9", "search", "{}"), new ToolResultPart("c9", null, "found", IsError: false)], messages[1].Parts);
        Assert.Equal([new TextPart("Found it.")], messages[2].Parts);
    }

    [Fact]
    public void Anthropic_blocks_become_parts()
    {
        var messages = Messages("""
            {"model":"claude-sonnet-4-5","system":[{"type":"text","text":"You help."}],"messages":[
              {"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0="}},{"type":"text","text":"And this?"}]},
              {"role":"assistant","content":[{"type":"thinking","thinking":"A chart."},{"type":"tool_use","id":"t1","name":"crop","input":{"x":1}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{"type":"text","text":"out of range"}]}]}]}
            """);

        Assert.Equal([new TextPart("You help.")], messages[0].Parts);
        Assert.Equal(new MediaPart("image", "image/png") { Data = "iVBORw0=" }, messages[1].Parts[0]);
        Assert.Equal(new ReasoningPart("A chart."), messages[2].Parts[0]);
        Assert.Equal("crop", Assert.IsType<ToolCallPart>(messages[2].Parts[1]).Name);
        Assert.Equal(new ToolResultPart("t1", null, "out of range", IsError: true), Assert.Single(messages[3].Parts));
    }

    [Fact]
    public void Gemini_names_its_parts_by_their_keys()
    {
        var messages = Messages("""
            {"systemInstruction":{"parts":[{"text":"Short."}]},"contents":[
              {"role":"user","parts":[{"text":"Hi"},{"inlineData":{"mimeType":"audio/mp3","data":"AAAA"}}]},
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"b":2}}}]}]}
            """);

        Assert.Equal(["system", "user", "assistant", "user"], messages.Select(m => m.Role));
        Assert.Equal(new MediaPart("audio", "audio/mp3") { Data = "AAAA" }, messages[1].Parts[1]);
        Assert.Equal("f", Assert.IsType<ToolCallPart>(messages[2].Parts[0]).Name);
        Assert.Equal("{\n  \"b\": 2\n}", Assert.IsType<ToolResultPart>(messages[3].Parts[0]).Result);
    }

    [Fact]
    public void LangChain_messages_are_unwrapped()
    {
        var messages = Messages("""
            [[{"lc":1,"type":"constructor","id":["langchain","schema","HumanMessage"],"kwargs":{"content":"Hi","type":"human"}},
              {"type":"ai","data":{"type":"ai","content":"","tool_calls":[{"name":"f","args":{},"id":"1","type":"tool_call"}]}}]]
            """);

        Assert.Equal(["user", "assistant"], messages.Select(m => m.Role));
        Assert.Equal(new ToolCallPart("1", "f", "{}"), Assert.Single(messages[1].Parts));
    }

    [Fact]
    public void A_data_URI_is_read_as_the_data_it_carries_and_unknown_parts_are_kept_as_JSON()
    {
        var message = Assert.Single(Messages("""[{"role":"user","content":[{"type":"input_image","image_url":"data:image/gif;base64,R0lG"},{"type":"hologram","depth":3}]}]"""));

        Assert.Equal(new MediaPart("image", "image/gif") { Data = "R0lG" }, message.Parts[0]);
        var other = Assert.IsType<OtherPart>(message.Parts[1]);
        Assert.Equal("hologram", other.Type);
        Assert.Contains("\"depth\": 3", other.Json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reply_of_Bedrock_Converse_has_its_parts_its_reason_and_its_files()
    {
        var message = Assert.Single(Messages("""
            {"output":{"message":{"role":"assistant","content":[
              {"reasoningContent":{"reasoningText":{"text":"A chart.","signature":"x"}}},{"text":"Look."},
              {"image":{"format":"png","source":{"bytes":"iVBORw0="}}},{"document":{"format":"pdf","name":"terms","source":{"s3Location":{"uri":"s3://b/terms.pdf"}}}},
              {"toolUse":{"toolUseId":"t1","name":"crop","input":{"x":1}}},{"cachePoint":{"type":"default"}}]}},
             "stopReason":"tool_use","usage":{"inputTokens":10}}
            """, "assistant"));

        Assert.Equal(("assistant", "tool_use"), (message.Role, message.FinishReason));
        Assert.Equal(
            [
                new ReasoningPart("A chart."), new TextPart("Look."), new MediaPart("image", "image/png") { Data = "iVBORw0=" },
                new MediaPart("document", "application/pdf") { Uri = "s3://b/terms.pdf", File = "terms" }, new ToolCallPart("t1", "crop", "{\n  \"x\": 1\n}"),
            ],
            message.Parts.SkipLast(1));
        Assert.Equal("cachePoint", Assert.IsType<OtherPart>(message.Parts[^1]).Type);
    }

    [Theory]
    [InlineData("""{"toolResult":{"toolUseId":"t1","status":"error","content":[{"text":"no"},{"json":{"code":3}}]}}""", "no\n{\n  \"code\": 3\n}", true)]
    [InlineData("""{"toolResult":{"toolUseId":"t1","content":[{"image":{"format":"png","source":{"bytes":{"0":137,"1":80,"2":78,"3":71}}}}]}}""", "", false, "image/png iVBORw==")]
    [InlineData("""{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"seen"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/"}}]}""", "seen", false, "image/jpeg /9j/")]
    [InlineData("""{"type":"tool-result","toolCallId":"t1","output":{"type":"content","value":[{"type":"text","text":"shot"},{"type":"media","data":"iVBORw0=","mediaType":"image/png"}]}}""", "shot", false, "image/png iVBORw0=")]
    [InlineData("""{"type":"tool_result","tool_use_id":"t1","content":[{"type":"image","data":"iVBORw0=","mimeType":"image/png"}]}""", "", false, "image/png iVBORw0=")]
    [InlineData("""{"type":"tool_result","tool_call_id":"t1","content":[]}""", "[]", false)]
    public void What_a_tool_gives_back_is_its_text_and_its_files(string part, string text, bool isError, string? file = null)
    {
        var result = Assert.IsType<ToolResultPart>(Assert.Single(Assert.Single(Messages($$"""[{"role":"user","content":[{{part}}]}]""")).Parts));

        Assert.Equal(("t1", text, isError), (result.CallId, result.Result, result.IsError));
        Assert.Equal(file, result.Files.Select(f => $"{f.MimeType} {f.Data}").SingleOrDefault());
    }

    [Theory]
    [InlineData("""{"finish_reason":"end_turn","message":[{"text":"Done."}]}""", "assistant: Done. (end_turn)")]
    [InlineData("""{"finish_reason":"end_turn","message":"Done."}""", "assistant: Done. (end_turn)")]
    [InlineData("""{"message":[{"toolUse":{"toolUseId":"t1","name":"f","input":{}}}],"tool.result":[{"toolResult":{"toolUseId":"t1","content":[{"text":"ok"}]}}]}""", "assistant: t1 f {}", "tool: t1 = ok")]
    [InlineData("""{"message":[{"text":"57F"}],"id":"t1"}""", "tool: t1 = 57F")]
    public void What_Strands_chooses_is_content_without_a_message_around_it(string choice, params string[] expected)
    {
        var messages = Messages($$"""{"choices":[{{choice}}]}""", "assistant");

        Assert.Equal(expected, messages.Select(m => $"{m.Role}: " + string.Join(" | ", m.Parts.Select(Words)) + (m.FinishReason is { } reason ? $" ({reason})" : "")));

        static string Words(MessagePart part) => part switch
        {
            TextPart text => text.Text,
            ToolCallPart call => $"{call.Id} {call.Name} {call.Arguments}",
            ToolResultPart result => $"{result.CallId} = {result.Result}",
            _ => part.ToString(),
        };
    }

    [Theory]
    [InlineData("""{"type":"file","mediaType":"image/png","data":"iVBORw0="}""", "image", "image/png", "iVBORw0=")]
    [InlineData("""{"type":"file","mimeType":"application/pdf","data":"JVBERi0=","filename":"a.pdf"}""", "document", "application/pdf", "JVBERi0=")]
    [InlineData("""{"type":"file","mediaType":"image/png","url":"data:image/png;base64,iVBORw0="}""", "image", "image/png", "iVBORw0=")]
    [InlineData("""{"type":"file","mediaType":"image/png","data":{"0":137,"1":80,"2":78,"3":71}}""", "image", "image/png", "iVBORw==")]
    [InlineData("""{"type":"file","mediaType":"audio/wav","data":{"type":"Buffer","data":[82,73,70,70]}}""", "audio", "audio/wav", "UklGRg==")]
    [InlineData("""{"type":"image","image":"iVBORw0="}""", "image", null, "iVBORw0=")]
    [InlineData("""{"type":"image","image":{"type":"Buffer","data":[137,80,78,71]},"mediaType":"image/*"}""", "image", "image/*", "iVBORw==")]
    [InlineData("""{"type":"image_url","image_url":{"url":"iVBORw0="}}""", "image", null, "iVBORw0=")]
    [InlineData("""{"inlineData":{"mimeType":"image/png","data":"_-8="}}""", "image", "image/png", "/+8=")]
    [InlineData("""{"type":"file","mediaType":"image/png","data":"<replaced>"}""", "image", "image/png", null, "<replaced>")]
    [InlineData("""{"type":"file","mediaType":"image/png","data":"https://example.com/a.png"}""", "image", "image/png", null, "https://example.com/a.png")]
    [InlineData("""{"type":"image","image":"https://example.com/a.png"}""", "image", null, null, "https://example.com/a.png")]
    public void A_file_is_its_data_or_its_address_in_whichever_field_and_form_it_comes(string part, string modality, string? mime, string? data, string? address = null)
    {
        var file = Assert.IsType<MediaPart>(Assert.Single(Assert.Single(Messages($$"""[{"role":"user","content":[{{part}}]}]""")).Parts));

        Assert.Equal((modality, mime, data, address), (file.Modality, file.MimeType, file.Data, file.Uri));
    }

    [Theory]
    [InlineData("""{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{"a":1}}],"tool_calls":[{"id":"1","name":"f","args":{"a":1}}]}""")]
    [InlineData("""{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}}],"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\n  \"a\": 1\n}"}}]}""")]
    [InlineData("""{"role":"assistant","content":[{"type":"function_call","id":"fc_1","call_id":"1","name":"f","arguments":"{\n  \"a\": 1\n}"}],"tool_calls":[{"id":"1","name":"f","args":{"a":1}}]}""")]
    [InlineData("""{"role":"assistant","contents":[{"message_content":{"type":"tool_use"},"tool_call":{"id":"1","function":{"name":"f","arguments":"{\n  \"a\": 1\n}"}}}],"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]}""")]
    public void A_call_that_stands_in_the_content_and_beside_it_is_one(string message) =>
        Assert.Equal([new ToolCallPart("1", "f", "{\n  \"a\": 1\n}")], Assert.Single(Messages($"[{message}]")).Parts);

    [Fact]
    public void Calls_beside_the_content_that_are_not_in_it_are_added() =>
        Assert.Equal(["1", "2"], Assert.Single(Messages("""[{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}}],"tool_calls":[{"id":"1","name":"f","args":{}},{"id":"2","name":"f","args":{}}]}]""")).Parts.Select(p => ((ToolCallPart)p).Id));

    [Theory]
    [InlineData("""{"role":"tool","content":"42","tool_call_id":"c1"}""")]
    [InlineData("""{"role":"user","content":"42","tool_call_id":"c1"}""")]
    [InlineData("""{"role":"user","contents":[{"type":"tool_result","text":"42","tool_call_id":"c1"}]}""")]
    [InlineData("""{"role":"user","contents":[{"tool_result":{"tool_use_id":"c1","content":[{"type":"text","text":"42"}]}}]}""")]
    public void OpenInference_has_the_answer_of_a_tool_in_a_message_of_whoever_passed_it_on(string message) =>
        Assert.Equal([new ToolResultPart("c1", null, "42", IsError: false)], Assert.Single(Messages($"[{message}]")).Parts);

    [Fact]
    public void A_text_that_was_cut_keeps_what_came_before_the_cut()
    {
        var content = MessageParser.Parse("""[{"role":"user","content":"first"},{"role":"user","content":"second and lo… [cut at 60 bytes]""", "user");

        Assert.True(content.Truncated);
        Assert.Equal([new TextPart("first"), new TextPart("second and lo")], content.Messages!.Select(m => m.Parts[0]));
    }

    [Fact]
    public void Half_an_escaped_character_costs_only_itself()
    {
        var message = Assert.Single(Messages("""[{"role":"user","content":"a \ud83d b \ud83d\ude00 c \\ud83d"}]"""));

        Assert.Equal([new TextPart("a \ufffd b \U0001f600 c \\ud83d")], message.Parts);
    }

    [Fact]
    public void Of_very_long_conversations_the_last_messages_are_kept()
    {
        var content = MessageParser.Parse("[" + string.Join(',', Enumerable.Range(0, MessageParser.MaxMessages + 5).Select(i => $$"""{"role":"user","content":"{{i}}"}""")) + "]", "user");

        Assert.Equal(5, content.Omitted);
        Assert.Equal(new TextPart("5"), content.Messages![0].Parts[0]);
        Assert.Equal(MessageParser.MaxMessages, content.Messages!.Count);
    }

    [Fact]
    public void Nothing_that_a_client_can_send_makes_it_throw()
    {
        string[] samples =
        [
            """{"choices":[{"message":{"role":"assistant","content":"x","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}]}""",
            """[{"role":"tool","content":[{"type":"tool_result","content":[{"type":"image","source":{"data":"AA"}}]}]}]""",
            """{"contents":[{"parts":[{"functionCall":{"name":1}},{"inlineData":[]}]}],"systemInstruction":5}""",
            """[{"type":"message","content":[{"type":"message","content":[{"type":"message","content":"deep"}]}]}]""",
            """{"generations":[[{"message":{"kwargs":{"content":[null,1,true,["a"]]}}}]],"messages":"\ud800"}""",
            """{"messages":[{"role":"user","content":{"type":"blob","modality":"image","content":"data:"}},{"role":null,"parts":{}}]}""",
        ];
        var random = new Random(11);
        const string Alphabet = "{}[]\",:\\u0d8nulltrue19 ";
        var kept = 0;
        foreach (var sample in samples)
        {
            for (var length = 0; length <= sample.Length; length++)
                kept += MessageParser.Parse(sample[..length], "user").Messages?.Count ?? 0;
            for (var round = 0; round < 2_000; round++)
            {
                var text = new StringBuilder(sample);
                for (var change = random.Next(1, 5); change > 0; change--)
                    text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
                kept += MessageParser.Parse(text.ToString(), "user").Messages?.Count ?? 0;
            }
        }

        Assert.True(kept > 1_000);
        Assert.Null(MessageParser.Parse(new string('[', 100_000), "user").Messages);
    }

    [Fact]
    public void Every_prefix_of_a_JSON_text_can_be_shown()
    {
        const string Text = """{"a": [1, {"b": "c\u00e9\"", "d": true}], "e": null, "f": {}}""";

        for (var length = 1; length <= Text.Length; length++)
        {
            using var document = JsonText.TryParse(Text[..length], out var truncated);
            Assert.NotNull(document);
            Assert.Equal(length < Text.Length, truncated);
        }
    }

    private static IReadOnlyList<Message> Messages(string json, string role = "user")
    {
        var content = MessageParser.Parse(json, role);
        Assert.False(content.Truncated);
        Assert.NotNull(content.Messages);
        return content.Messages;
    }
}
