using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Tests.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion.Conventions;

public sealed class IndexedAttributesTests
{
    [Fact]
    public void A_name_that_is_value_and_object_at_once_keeps_both() =>
        Assert.Equal(
            """[{"content":{"":"text","0":{"type":"a"}}}]""",
            Input("""{"llm.input_messages.0.message.content":"text","llm.input_messages.0.message.content.0.type":"a"}"""));

    [Fact]
    public void Names_far_too_deep_end_in_one_name()
    {
        var key = "llm.input_messages.0." + string.Concat(Enumerable.Repeat("a.", 5_000));

        var input = Input(new JsonObject { [key] = 1 }.ToJsonString());

        using var parsed = JsonDocument.Parse(input);
        Assert.EndsWith("a.\":1}" + new string('}', 15) + "]", input);
    }

    [Fact]
    public void Thousands_of_messages_and_of_members_keep_their_places()
    {
        var attributes = new JsonObject();
        for (var i = 2_999; i >= 0; i--)
            attributes[$"llm.input_messages.{i}.message.content"] = $"m{i}";
        for (var i = 0; i < 300; i++)
            attributes[$"llm.output_messages.0.message.x{i % 150}.{i / 150}"] = i;

        var span = Assert.Single(OtlpDecoding.OfJson(OtlpBodies.Request(OtlpBodies.Span(1, attributes.ToJsonString()))).Spans);

        var input = JsonNode.Parse(span.Input!)!.AsArray();
        Assert.Equal(Enumerable.Range(0, 3_000).Select(i => $"m{i}"), input.Select(m => m!["content"]!.GetValue<string>()));
        var output = JsonNode.Parse(span.Output!)![0]!["message"] ?? JsonNode.Parse(span.Output!)![0]!;
        Assert.Equal(Enumerable.Range(0, 150).Select(i => $"[{i},{i + 150}]"), output.AsObject().Select(m => m.Value!.ToJsonString()));
    }

    [Fact]
    public void Values_keep_their_types() =>
        Assert.Equal(
            """[{"id":1,"score":0.5,"ok":true,"tags":["a"]}]""",
            Input("""{"llm.input_messages.0.id":1,"llm.input_messages.0.score":0.5,"llm.input_messages.0.ok":true,"llm.input_messages.0.tags":["a"]}"""));

    private static string Input(string attributes) =>
        Encoding.UTF8.GetString(Assert.Single(OtlpDecoding.OfJson(OtlpBodies.Request(OtlpBodies.Span(1, attributes))).Spans).Input!);
}
