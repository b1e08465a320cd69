using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

public sealed class OtlpReaderTests
{
    [Fact]
    public void Both_encodings_give_the_same_updates()
    {
        var spans = Enumerable.Range(1, 200).Select(RandomSpan).ToArray<JsonNode>();
        var request = OtlpBodies.RequestFrom(new JsonObject { ["service.name"] = "shop", ["deployment.environment.name"] = "staging", ["n"] = 3 }, spans);
        request["resourceSpans"]![0]!["schemaUrl"] = "https://opentelemetry.io/schemas/1.41.0";

        var json = OtlpDecoding.OfJson(request);
        var protobuf = OtlpDecoding.OfProtobuf(request);

        Assert.Equal(200, json.Spans.Count);
        Assert.Equal(0, json.Rejected + protobuf.Rejected);
        for (var i = 0; i < 200; i++)
            Assert.Equal(OtlpDecoding.Show(json.Spans[i]).ToJsonString(), OtlpDecoding.Show(protobuf.Spans[i]).ToJsonString());
        Assert.Equal(json.Traces.Select(t => OtlpDecoding.Show(t).ToJsonString()), protobuf.Traces.Select(t => OtlpDecoding.Show(t).ToJsonString()));
    }

    // Some exporters name the fields as the protobuf definitions do.
    [Fact]
    public void Fields_in_snake_case_are_read_like_those_in_camel_case()
    {
        var spans = Enumerable.Range(1, 50).Select(RandomSpan).ToArray<JsonNode>();
        var request = OtlpBodies.RequestFrom(new JsonObject { ["service.name"] = "shop", ["nested"] = new JsonObject { ["camelCase"] = new JsonArray(1, "a") } }, spans);
        request["resourceSpans"]![0]!["schemaUrl"] = "https://opentelemetry.io/schemas/1.41.0";
        var snake = Regex.Replace(request.ToJsonString(), """(?<=")[a-z]+(?:[A-Z][a-z]+)+(?=":)""", name => Regex.Replace(name.Value, "[A-Z]", l => "_" + l.Value.ToLowerInvariant()));

        var camel = OtlpDecoding.OfJson(request);
        var decoded = OtlpDecoding.Of(Encoding.UTF8.GetBytes(snake), OtlpEncoding.Json);

        Assert.Contains("\"resource_spans\"", snake, StringComparison.Ordinal);
        Assert.Contains("\"start_time_unix_nano\"", snake, StringComparison.Ordinal);
        Assert.Equal((50, 0L), (decoded.Spans.Count, decoded.Rejected));
        Assert.Equal(camel.Spans.Select(s => OtlpDecoding.Show(s).ToJsonString()), decoded.Spans.Select(s => OtlpDecoding.Show(s).ToJsonString()));
    }

    [Fact]
    public void Everything_of_a_span_is_kept()
    {
        var span = OtlpBodies.Span();
        span["parentSpanId"] = "00F067AA0BA902B7";
        span["kind"] = 3;
        span["traceState"] = "a=1";
        span["flags"] = 257;
        span["droppedAttributesCount"] = 2;
        span["droppedEventsCount"] = 3;
        span["droppedLinksCount"] = 4;
        span["status"] = new JsonObject { ["code"] = 2, ["message"] = "boom" };
        span["events"] = JsonNode.Parse("""[{"timeUnixNano":"1764000000500000000","name":"retry","attributes":[{"key":"n","value":{"intValue":"2"}}],"droppedAttributesCount":1}]""");
        span["links"] = JsonNode.Parse("""[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","attributes":[{"key":"why","value":{"stringValue":"follows"}}]}]""");
        foreach (var decoded in BothOf(OtlpBodies.RequestFrom(new JsonObject { ["service.name"] = "shop" }, span)))
        {
            var update = Assert.Single(decoded.Spans);
            Assert.Equal(7, update.ProjectId);
            Assert.Equal(OtlpBodies.TraceId, update.TraceId);
            Assert.Equal("0000000000000001", update.SpanId);
            Assert.Equal("00f067aa0ba902b7", update.ParentSpanId);
            Assert.Equal(SpanStatus.Error, update.Status);
            Assert.Equal("boom", update.StatusMessage);
            Assert.Equal((long)OtlpBodies.Start, update.StartTime);
            Assert.Equal((long)OtlpBodies.Start + 1_000_000_000, update.EndTime);
            Assert.Equal(new UpdateVersion(2, update.EndTime!.Value, 0), update.Version);
            Assert.Equal("""[{"timeUnixNano":"1764000000500000000","name":"retry","attributes":{"n":2},"droppedAttributes":1}]""", Utf8(update.Events));
            Assert.Equal("""[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","attributes":{"why":"follows"}}]""", Utf8(update.Links));
            Assert.Equal("""{"service.name":"shop"}""", Utf8(update.Resource));
            Assert.Equal(
                """{"protocol":"otlp","mapping":4,"kind":3,"traceState":"a=1","flags":257,"droppedAttributes":2,"droppedEvents":3,"droppedLinks":4,"scope":{"name":"test","version":"1.0"}}""",
                Utf8(update.Origin));
        }
    }

    [Fact]
    public void Attribute_values_keep_their_types()
    {
        var span = OtlpBodies.Span();
        span["attributes"] = JsonNode.Parse("""
            [{"key":"text","value":{"stringValue":"a \"quoted\"\nline \u0001 🙂"}},
             {"key":"big","value":{"intValue":"9223372036854775807"}},
             {"key":"whole double","value":{"doubleValue":3}},
             {"key":"double","value":{"doubleValue":1e300}},
             {"key":"nan","value":{"doubleValue":"NaN"}},
             {"key":"inf","value":{"doubleValue":"-Infinity"}},
             {"key":"yes","value":{"boolValue":true}},
             {"key":"bytes","value":{"bytesValue":"AP+/"}},
             {"key":"empty","value":{}},
             {"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"b"},{"doubleValue":2},{"arrayValue":{}},{}]}}},
             {"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"old"}},{"key":"l","value":{"bytesValue":"AA=="}},{"key":"k","value":{"stringValue":"new"}}]}}},
             {"key":"twice","value":{"stringValue":"first"}},
             {"key":"twice","value":{"stringValue":"last"}}]
            """);
        const string Expected = """{"text":"a \"quoted\"\nline \u0001 🙂","big":9223372036854775807,"whole double":3.0,"double":1E+300,"nan":"NaN","inf":"-Infinity","yes":true,"bytes":{"bytesValue":"AP+/"},"empty":null,"list":[1,"b",2.0,[],null],"map":{"l":{"bytesValue":"AA=="},"k":"new"},"twice":"last"}""";
        foreach (var decoded in BothOf(OtlpBodies.Request(span)))
        {
            Assert.Equal("", decoded.Reasons);
            Assert.Equal(Expected, Utf8(Assert.Single(decoded.Spans).Attributes));
        }
    }

    [Fact]
    public void Json_is_read_leniently_where_the_specification_says_so()
    {
        var body = """
            {"unknown":[{"a":{}}],"resourceSpans":[{"scopeSpans":[{"spans":[{
              "future":{"x":[1,2]},"spanId":"EEE19B7EC3C1B174","traceId":"5B8EFFF798038103D269B633813FC60C","parentSpanId":"",
              "attributes":[{"value":{"intValue":42},"key":"n"},{"value":{"doubleValue":"2.5"},"key":"d"},
                {"value":{"kvlistValue":{"values":[{"value":{"intValue":1},"key":"k"}]}},"key":"m"}],
              "kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_OK"},"startTimeUnixNano":1764000000000000000,"endTimeUnixNano":"0","name":null}]}],
              "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"late"}}]}}]}
            """;
        var update = Assert.Single(OtlpDecoding.Of(Encoding.UTF8.GetBytes("\uFEFF" + body), OtlpEncoding.Json).Spans);
        Assert.Equal("eee19b7ec3c1b174", update.SpanId);
        Assert.Null(update.ParentSpanId);
        Assert.Equal("""{"n":42,"d":2.5,"m":{"k":1}}""", Utf8(update.Attributes));
        Assert.Equal(SpanStatus.Ok, update.Status);
        Assert.Equal("late", update.ServiceName);
        Assert.False(update.Has(SpanField.Name));
        Assert.False(update.Has(SpanField.EndTime));
        Assert.Equal(new UpdateVersion(1, (long)OtlpBodies.Start, 0), update.Version);
        Assert.Contains("\"kind\":3", Utf8(update.Origin), StringComparison.Ordinal);
    }

    [Fact]
    public void Protobuf_of_old_and_future_exporters_is_read()
    {
        var body = OtlpBodies.Message(request => request.Message(1, resource =>
        {
            resource.Message(1000, library =>
            {
                library.Message(1, l => l.Text(1, "old"));
                library.Message(2, span =>
                {
                    span.Varint(99, 5);
                    OtlpBodies.WriteSpan(span, OtlpBodies.Span());
                    span.Fixed64(7, OtlpBodies.Start + 1);
                    span.Tag(98, 5);
                    span.Raw([1, 2, 3, 4]);
                });
            });
            resource.Message(1, r => r.Message(1, a =>
            {
                a.Message(2, v => v.Bytes(1, "late"u8));
                a.Bytes(1, "service.name"u8);
            }));
        }));
        var update = Assert.Single(OtlpDecoding.Of(body, OtlpEncoding.Protobuf).Spans);
        Assert.Equal("late", update.ServiceName);
        Assert.Equal((long)OtlpBodies.Start + 1, update.StartTime);
        Assert.Contains("\"scope\":{\"name\":\"old\"}", Utf8(update.Origin), StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_tells_repeats_from_changes()
    {
        var request = OtlpBodies.Request(OtlpBodies.Span(1), OtlpBodies.Span(2));
        var first = OtlpDecoding.OfProtobuf(request).Spans;
        var again = OtlpDecoding.OfProtobuf(request).Spans;
        Assert.Equal(first.Select(s => s.Hash), again.Select(s => s.Hash));
        Assert.NotEqual(first[0].Hash, first[1].Hash);
        var otherResource = OtlpDecoding.OfProtobuf(OtlpBodies.RequestFrom(new JsonObject { ["service.name"] = "b" }, OtlpBodies.Span(1)));
        Assert.Equal("", otherResource.Reasons);
        Assert.NotEqual(first[0].Hash, otherResource.Spans[0].Hash);
    }

    [Fact]
    public void A_large_body_is_decoded_in_batches_of_about_the_asked_size()
    {
        var request = OtlpBodies.Request(Enumerable.Range(1, 100).Select(i => OtlpBodies.Span(i)).ToArray<JsonNode>());
        var body = OtlpBodies.ToProtobuf(request);
        var decoder = new OtlpDecoder(OtlpEncoding.Protobuf.Open(OtlpSignal.Traces, body, body.Length, new IngestionOptions()), 7);
        var batches = new List<int>();
        while (decoder.Next(30_000) is { } batch)
        {
            Assert.InRange(decoder.BatchBytes, 1_000, 33_000);
            batches.Add(batch.Spans.Count);
            Assert.Single(batch.Traces);
        }

        Assert.Equal(100, batches.Sum());
        Assert.InRange(batches.Count, 4, 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_truncated_body_is_malformed_or_loses_no_whole_span(int seed)
    {
        var request = OtlpBodies.Request(Enumerable.Range(1, 3).Select(i => RandomSpan(seed * 10 + i)).ToArray<JsonNode>());
        foreach (var (body, encoding) in new[] { (OtlpBodies.ToJson(request), OtlpEncoding.Json), (OtlpBodies.ToProtobuf(request), OtlpEncoding.Protobuf) })
        {
            for (var length = 1; length < body.Length; length += 1 + (length % 37))
                Assert.Throws<MalformedRequestException>(() => OtlpDecoding.Of(body[..length], encoding));
        }
    }

    internal static JsonObject RandomSpan(int seed)
    {
        var random = new Random(seed);
        var span = OtlpBodies.Span(seed);
        span["kind"] = random.Next(6);
        if (random.Next(2) == 0)
            span["parentSpanId"] = OtlpBodies.SpanId;
        if (random.Next(3) == 0)
            span["endTimeUnixNano"] = "0";
        if (random.Next(3) == 0)
            span["status"] = new JsonObject { ["code"] = random.Next(3), ["message"] = RandomText(random) };
        var attributes = new JsonObject { ["gen_ai.operation.name"] = "chat", ["gen_ai.request.model"] = "gpt-4o" };
        for (var i = random.Next(40); i > 0; i--)
            attributes[$"key{i}"] = RandomValue(random, 0);
        attributes["gen_ai.input.messages"] = JsonSerializer.Serialize(new[] { new { role = "user", parts = new[] { new { type = "text", content = RandomText(random) } } } });
        attributes["gen_ai.usage.input_tokens"] = random.Next(5000);
        span["attributes"] = OtlpBodies.Attributes(attributes);
        span["events"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(i => (JsonNode)new JsonObject
        {
            ["timeUnixNano"] = (OtlpBodies.Start + (ulong)i).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["name"] = RandomText(random),
            ["attributes"] = OtlpBodies.Attributes(new JsonObject { ["v"] = RandomValue(random, 1) }),
        })]);
        return span;
    }

    private static JsonNode? RandomValue(Random random, int depth) => random.Next(depth > 3 ? 5 : 7) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
        2 => random.Next(2) == 0,
        3 => null,
        4 => RandomText(random),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomValue(random, depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"k{i}", RandomValue(random, depth + 1)))),
    };

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => random.GetItems(["a", "\"", "\\", "\n", "é", "漢", "🙂", "\u0001", "/", "<"], 1)[0]));

    private static OtlpDecoding[] BothOf(JsonNode request) => [OtlpDecoding.OfJson(request), OtlpDecoding.OfProtobuf(request)];

    private static string? Utf8(byte[]? text) => text is null ? null : Encoding.UTF8.GetString(text);
}
