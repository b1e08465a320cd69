using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

/// <summary>What is too much is cut exactly where the options say, says so, and costs nothing else; in both encodings alike.</summary>
public sealed class OtlpLimitTests
{
    [Theory]
    [InlineData(1, "\"… [nested deeper than 1 levels]\"")]
    [InlineData(3, """[["… [nested deeper than 3 levels]"]]""")]
    [InlineData(4, """[[[7]]]""")]
    public void Arrays_and_objects_deeper_than_MaxAttributeDepth_are_cut(int depth, string inner)
    {
        var span = OtlpBodies.Span(1, """{"deep":[[[[7]]]],"map":{"k":[[[7]]]},"flat":1}""");
        foreach (var update in BothOf(new IngestionOptions { MaxAttributeDepth = depth }, span))
            Assert.Equal($$"""{"deep":[{{inner}}],"map":{"k":{{inner}}},"flat":1}""", Utf8(update.Attributes));
    }

    [Fact]
    public void Of_more_than_MaxSpanItems_attributes_events_and_links_the_first_are_kept_and_the_others_counted()
    {
        var options = new IngestionOptions { MaxSpanItems = 3 };
        var span = OtlpBodies.Span(1, """{"a":1,"list":[1,2,3,4],"b":2,"c":3,"d":4}""");
        span["events"] = new JsonArray([.. Enumerable.Range(0, 5).Select(i => new JsonObject { ["timeUnixNano"] = "1764000000500000000", ["name"] = $"e{i}" })]);
        span["links"] = new JsonArray([.. Enumerable.Range(0, 4).Select(i => new JsonObject { ["traceId"] = OtlpBodies.TraceId, ["spanId"] = $"b7ad6b716920333{i}" })]);
        foreach (var update in BothOf(options, span))
        {
            Assert.Equal("""{"a":1,"list":[1,2,3,"… [cut at 3 elements]"],"b":2}""", Utf8(update.Attributes));
            Assert.Equal(["e0", "e1", "e2"], JsonNode.Parse(update.Events)!.AsArray().Select(e => e!["name"]!.GetValue<string>()));
            Assert.Equal(3, JsonNode.Parse(update.Links)!.AsArray().Count);
            Assert.Equal(2 + 2 + 1, JsonNode.Parse(update.Origin)!["leftOut"]!.GetValue<int>());
        }
    }

    [Fact]
    public void A_resource_or_scope_over_MaxResourceBytes_keeps_the_attributes_that_fit()
    {
        var options = new IngestionOptions { MaxResourceBytes = 256 };
        var request = OtlpBodies.RequestFrom(
            new JsonObject { ["service.name"] = "shop", ["long"] = new string('x', 300), ["never reached"] = 1 }, OtlpBodies.Span());
        request["resourceSpans"]![0]!["scopeSpans"]![0]!["scope"]!["attributes"] = OtlpBodies.Attributes(new JsonObject { ["long"] = new string('y', 300), ["never reached"] = 1 });
        foreach (var decoded in new[] { OtlpDecoding.OfJson(request, options), OtlpDecoding.OfProtobuf(request, options) })
        {
            var update = Assert.Single(decoded.Spans);
            var resource = JsonNode.Parse(update.Resource)!.AsObject();
            var origin = JsonNode.Parse(update.Origin)!;

            Assert.Equal("shop", update.ServiceName);
            Assert.Equal(["service.name", "long"], resource.Select(a => a.Key));
            Assert.Equal(new string('x', 256) + new ContentCut(256, 300).Mark, resource["long"]!.GetValue<string>());
            Assert.Equal(1, origin["leftOut"]!.GetValue<int>());
            Assert.Equal(new string('y', 256) + new ContentCut(256, 300).Mark, origin["scope"]!["attributes"]!["long"]!.GetValue<string>());
            Assert.Equal(1, origin["scope"]!["leftOut"]!.GetValue<int>());
        }
    }

    [Fact]
    public void Texts_over_MaxFieldBytes_are_cut_between_characters_and_those_of_just_that_length_are_not()
    {
        var options = new IngestionOptions { MaxFieldBytes = 256 };
        var whole = new string('x', 256);
        var text = new string('x', 255) + "é";
        var cut = new string('x', 255) + new ContentCut(256, 257).Mark;
        var attributes = new JsonObject { ["gen_ai.operation.name"] = "chat", ["gen_ai.prompt"] = text, ["gen_ai.completion"] = whole, ["note"] = text };
        var span = OtlpBodies.Span(1, attributes.ToJsonString());
        var nested = OtlpBodies.Span(2, new JsonObject { ["list"] = new JsonArray(text, "not reached") }.ToJsonString());
        foreach (var update in BothOf(options, span))
        {
            Assert.Equal((cut, whole), (Utf8(update.Input), Utf8(update.Output)));
            Assert.Equal(cut, JsonNode.Parse(update.Attributes)!["note"]!.GetValue<string>());
        }

        foreach (var update in BothOf(options, OtlpBodies.Span(3, new JsonObject { ["whole"] = whole }.ToJsonString())))
            Assert.Equal(whole, JsonNode.Parse(update.Attributes)!["whole"]!.GetValue<string>());
        foreach (var update in BothOf(options, nested))
            Assert.Equal([cut, StorableText.CutMark(256)], JsonNode.Parse(update.Attributes)!["list"]!.AsArray().Select(e => e!.GetValue<string>()));
    }

    private static IEnumerable<SpanUpdate> BothOf(IngestionOptions options, JsonNode span)
    {
        var request = OtlpBodies.Request(span);
        yield return Assert.Single(OtlpDecoding.OfJson(request, options).Spans);
        yield return Assert.Single(OtlpDecoding.OfProtobuf(request, options).Spans);
    }

    private static string? Utf8(byte[]? text) => text is null ? null : Encoding.UTF8.GetString(text);
}
