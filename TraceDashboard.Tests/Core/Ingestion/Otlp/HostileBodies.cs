using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

/// <summary>A body and the answers that are right for it.</summary>
/// <param name="Rejected">Of a success; null when any number is right.</param>
internal sealed record HostileBody(string Kind, byte[] Bytes, string ContentType, string? ContentEncoding, HttpStatusCode[] Right, long? Rejected = 0);

/// <summary>Malformed, truncated and malicious exports, each number always the same one.</summary>
internal static class HostileBodies
{
    private const int Kinds = 25;
    private static readonly byte[] s_bomb = OtlpBodies.Gzip(new byte[70_000_000]);
    private static readonly byte[] s_lyingBomb = Lie(s_bomb);

    public static HostileBody Make(int number)
    {
        var random = new Random(number);
        var isJson = number / Kinds % 2 == 0;
        return (number % Kinds) switch
        {
            0 => Plain("random JSON", isJson: true, Encoding.UTF8.GetBytes("{\"resourceSpans\":" + RandomAscii(random, 50)), 400),
            1 => Plain("random bytes", isJson, RandomBytes(random, random.Next(1, 2_000)), 400, 200) with { Rejected = null },
            2 => Plain("truncated", isJson, Truncate(Good(number, isJson), random), 400),
            3 => Gzipped("no gzip", isJson, RandomBytes(random, random.Next(0, 500)), 400),
            4 => Gzipped("truncated gzip", isJson, Truncate(OtlpBodies.Gzip(Good(number, isJson)), random), 400),
            5 => Gzipped("flipped gzip", isJson, Flip(OtlpBodies.Gzip(Good(number, isJson))), 400),
            6 when number % (Kinds * 20) == 6 => Gzipped("bomb", isJson, s_bomb, 413),
            6 when number % (Kinds * 20) == Kinds + 6 => Gzipped("lying bomb", isJson, s_lyingBomb, 413),
            6 => Gzipped("gzip in gzip", isJson, OtlpBodies.Gzip(OtlpBodies.Gzip(Good(number, isJson))), 400, 200) with { Rejected = null },
            7 => Mixed("wrong ids", number, isJson, s => s["spanId"] = "0102"),
            8 => Mixed("zero ids", number, isJson, s => s["traceId"] = new string('0', 32)),
            9 => Plain("only wrong ids", isJson, Body(isJson, Wrong(number)), 400),
            10 => Accepted("deep attribute", isJson, WithAttribute(number, isJson, DeepJson(3_000), DeepProtobuf(3_000))),
            11 => Plain("deep JSON", isJson: true, Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + ",\"resourceSpans\":[1]}"), 400),
            12 => Accepted("huge string", isJson, WithText(number, isJson, RandomBytes(random, 300_000))),
            13 => Mixed("wrong types", number, isJson: true, s => s[random.GetItems(["name", "attributes", "events", "status", "links"], 1)[0]] = 5),
            14 => Accepted("NUL", isJson, WithText(number, isJson, "a\0b\0"u8.ToArray())),
            15 => Accepted("lone surrogate", isJson, WithText(number, isJson, [(byte)'a', 0xED, 0xA0, 0x80, (byte)'b'])),
            16 => Mixed("overflow", number, isJson: true, s => s["attributes"] = JsonNode.Parse("""[{"key":"n","value":{"intValue":"99999999999999999999"}}]""")),
            17 => Mixed("absurd time", number, isJson, s => s["startTimeUnixNano"] = "18446744073709551615"),
            18 => Plain("broken span", isJson: false, Spans(Span(number, 1), [.. Span(number, 2), 0x00]), 200) with { Rejected = 1 },
            19 => Plain("empty spans", isJson, isJson ? Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', Enumerable.Repeat("{}", 3_000))}}]}]}]}""") : Spans(Enumerable.Repeat(Array.Empty<byte>(), 3_000).ToArray()), 400),
            20 => Plain("endless number", isJson: false, [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 400),
            21 => Accepted("many attributes", isJson, WithAttributes(number, isJson, 12_000)),
            22 => Plain("unknown type", isJson, Good(number, isJson), 415) with { ContentType = "application/x-thrift" },
            23 => Gzipped("unknown encoding", isJson, Good(number, isJson), 415) with { ContentEncoding = "zstd" },
            _ => Mixed("negative time", number, isJson: true, s => s["endTimeUnixNano"] = -1),
        };
    }

    public static byte[] Good(int number, bool isJson) => Body(isJson, Right(number, 1), Right(number, 2));

    private static HostileBody Plain(string kind, bool isJson, byte[] body, params int[] right) =>
        new(kind, body, (isJson ? OtlpEncoding.Json : OtlpEncoding.Protobuf).MediaType(), null, [.. right.Select(s => (HttpStatusCode)s)]);

    private static HostileBody Gzipped(string kind, bool isJson, byte[] body, params int[] right) => Plain(kind, isJson, body, right) with { ContentEncoding = "gzip" };

    private static HostileBody Accepted(string kind, bool isJson, byte[] body) => Plain(kind, isJson, body, 200);

    private static HostileBody Mixed(string kind, int number, bool isJson, Action<JsonObject> spoil)
    {
        var bad = 1 + (number % 7);
        var spans = Enumerable.Range(1, bad + 2).Select(i => Right(number, i)).ToArray();
        foreach (var span in spans.Skip(1).Take(bad))
            spoil(span);
        return Plain(kind, isJson, Body(isJson, spans), 200) with { Rejected = bad };
    }

    private static JsonObject Right(int number, int span)
    {
        var right = OtlpBodies.Span(span);
        right["traceId"] = number.ToString("x8", CultureInfo.InvariantCulture).PadLeft(32, 'b');
        return right;
    }

    private static JsonObject Wrong(int number)
    {
        var wrong = Right(number, 1);
        wrong["spanId"] = "";
        return wrong;
    }

    private static byte[] Body(bool isJson, params JsonNode[] spans) => isJson ? OtlpBodies.ToJson(OtlpBodies.Request(spans)) : OtlpBodies.ToProtobuf(OtlpBodies.Request(spans));

    private static byte[] Span(int number, int span) => OtlpBodies.Message(w => OtlpBodies.WriteSpan(w, Right(number, span)));

    private static byte[] Spans(params byte[][] spans) => OtlpBodies.Message(r => r.Message(1, s => s.Message(2, l =>
    {
        foreach (var span in spans)
            l.Bytes(2, span);
    })));

    private static byte[] WithText(int number, bool isJson, byte[] text)
    {
        if (isJson)
            return WithAttribute(number, isJson, [.. "{\"stringValue\":\""u8, .. Escape(text), .. "\"}"u8], []);
        return WithAttribute(number, isJson, [], OtlpBodies.Message(v => v.Bytes(1, text)));
    }

    private static byte[] Escape(byte[] text)
    {
        var escaped = new List<byte>();
        foreach (var b in text)
        {
            if (b == 0xED)
                escaped.AddRange("\\ud800"u8);
            if (b is < 0x20 or (byte)'"' or (byte)'\\')
                escaped.AddRange(Encoding.ASCII.GetBytes($"\\u{(int)b:x4}"));
            else
                escaped.Add(b);
        }

        return [.. escaped];
    }

    private static byte[] WithAttribute(int number, bool isJson, byte[] json, byte[] protobuf)
    {
        if (!isJson)
            return Spans(OtlpBodies.Message(w => { w.Raw(Span(number, 1)); w.Message(9, a => { a.Bytes(1, "k"u8); a.Bytes(2, protobuf); }); }));
        var parts = Encoding.UTF8.GetString(Body(isJson: true, Right(number, 1))).Split("\"attributes\":[]}]");
        return [.. Encoding.UTF8.GetBytes(parts[0] + "\"attributes\":[{\"key\":\"k\",\"value\":"), .. json, .. Encoding.UTF8.GetBytes("}]}]" + parts[1])];
    }

    private static byte[] WithAttributes(int number, bool isJson, int count)
    {
        var span = Right(number, 1);
        span["attributes"] = OtlpBodies.Attributes(new JsonObject(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)i))));
        return Body(isJson, span);
    }

    private static byte[] DeepJson(int depth) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"arrayValue\":{\"values\":[", depth)) + "{}" + string.Concat(Enumerable.Repeat("]}}", depth)));

    private static byte[] DeepProtobuf(int depth)
    {
        var value = OtlpBodies.Message(v => v.Varint(3, 1));
        for (var i = 0; i < depth; i++)
        {
            var inner = value;
            value = OtlpBodies.Message(v => v.Message(5, a => a.Bytes(1, inner)));
        }

        return value;
    }

    private static byte[] Truncate(byte[] body, Random random) => body[..random.Next(1, body.Length - 1)];

    private static byte[] Flip(byte[] gzip)
    {
        gzip[^6] ^= 1;
        return gzip;
    }

    private static byte[] Lie(byte[] gzip)
    {
        gzip = [.. gzip];
        BinaryPrimitives.WriteUInt32LittleEndian(gzip.AsSpan(gzip.Length - 4), 1_000);
        return gzip;
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string RandomAscii(Random random, int count) => new(random.GetItems<char>("{}[]\":,0a \\", count));
}
