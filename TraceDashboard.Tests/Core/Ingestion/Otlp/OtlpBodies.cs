using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

/// <summary>Exports for tests: written once as OTLP/JSON, sent in either encoding.</summary>
internal static class OtlpBodies
{
    public const string TraceId = "5b8efff798038103d269b633813fc60c";
    public const string SpanId = "eee19b7ec3c1b174";
    public const ulong Start = 1_764_000_000_000_000_000;

    /// <summary>A good span that ended after a second.</summary>
    public static JsonObject Span(int number = 1, string? attributes = null) => new()
    {
        ["traceId"] = TraceId,
        ["spanId"] = number.ToString("x16", CultureInfo.InvariantCulture),
        ["name"] = "chat",
        ["startTimeUnixNano"] = Start.ToString(CultureInfo.InvariantCulture),
        ["endTimeUnixNano"] = (Start + 1_000_000_000).ToString(CultureInfo.InvariantCulture),
        ["attributes"] = Attributes(JsonNode.Parse(attributes ?? "{}")!.AsObject()),
    };

    public static JsonObject Request(params JsonNode[] spans) => RequestFrom([], spans);

    public static JsonObject RequestFrom(JsonObject resourceAttributes, params JsonNode[] spans) => new()
    {
        ["resourceSpans"] = new JsonArray(new JsonObject
        {
            ["resource"] = new JsonObject { ["attributes"] = Attributes(resourceAttributes) },
            ["scopeSpans"] = new JsonArray(new JsonObject
            {
                ["scope"] = new JsonObject { ["name"] = "test", ["version"] = "1.0" },
                ["spans"] = new JsonArray(spans),
            }),
        }),
    };

    /// <summary>A log record of <see cref="Span"/>, with the name of its event as older SDKs send it, as an attribute.</summary>
    /// <param name="eventName">The attribute; null for none.</param>
    /// <param name="body">JSON; null and <c>null</c> for none.</param>
    /// <param name="attributes">JSON.</param>
    /// <param name="millisecond">After the span's start.</param>
    /// <param name="named">The name in the record's own field; null for none.</param>
    public static JsonObject Log(string? eventName, string? body = null, string attributes = "{}", int millisecond = 0, string? named = null)
    {
        var all = JsonNode.Parse(attributes)!.AsObject();
        if (eventName is not null)
            all["event.name"] = eventName;
        var log = new JsonObject
        {
            ["traceId"] = TraceId,
            ["spanId"] = "0000000000000001",
            ["timeUnixNano"] = ((long)Start + (millisecond * 1_000_000L)).ToString(CultureInfo.InvariantCulture),
            ["attributes"] = Attributes(all),
        };
        if (body is not null && JsonNode.Parse(body) is { } value)
            log["body"] = AnyValue(value);
        if (named is not null)
            log["eventName"] = named;
        return log;
    }

    public static JsonObject LogRequest(params JsonNode[] records) => new()
    {
        ["resourceLogs"] = new JsonArray(new JsonObject
        {
            ["resource"] = new JsonObject { ["attributes"] = new JsonArray() },
            ["scopeLogs"] = new JsonArray(new JsonObject { ["scope"] = new JsonObject { ["name"] = "test" }, ["logRecords"] = new JsonArray([.. records.Select(r => r.DeepClone())]) }),
        }),
    };

    public static byte[] ToJson(JsonNode request) => Encoding.UTF8.GetBytes(request.ToJsonString());

    public static byte[] Gzip(ReadOnlySpan<byte> body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body);
        return compressed.ToArray();
    }

    /// <summary>From <c>{"key": value}</c> to OTLP's key-value list.</summary>
    public static JsonArray Attributes(JsonObject attributes) =>
        [.. attributes.Select(a => (JsonNode)new JsonObject { ["key"] = a.Key, ["value"] = AnyValue(a.Value) })];

    private static JsonObject AnyValue(JsonNode? value) => value switch
    {
        null => [],
        JsonArray array => new JsonObject { ["arrayValue"] = new JsonObject { ["values"] = new JsonArray([.. array.Select(v => (JsonNode)AnyValue(v))]) } },
        JsonObject map => new JsonObject { ["kvlistValue"] = new JsonObject { ["values"] = Attributes(map) } },
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => new JsonObject { ["stringValue"] = value.DeepClone() },
            JsonValueKind.True or JsonValueKind.False => new JsonObject { ["boolValue"] = value.DeepClone() },
            _ when value.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E') => new JsonObject { ["doubleValue"] = value.DeepClone() },
            _ => new JsonObject { ["intValue"] = value.ToJsonString() },
        },
    };

    /// <summary>The same message in protobuf.</summary>
    public static byte[] ToProtobuf(JsonNode request) => Message(w =>
    {
        foreach (var resourceSpans in Items(request, "resourceSpans"))
            w.Message(1, r => WriteResource(r, resourceSpans, "scopeSpans", "spans", WriteSpan));
        foreach (var resourceLogs in Items(request, "resourceLogs"))
            w.Message(1, r => WriteResource(r, resourceLogs, "scopeLogs", "logRecords", WriteLog));
    });

    public static byte[] Message(Action<ProtobufWriter> write)
    {
        var writer = new ProtobufWriter();
        write(writer);
        return writer.ToArray();
    }

    private static void WriteResource(ProtobufWriter w, JsonNode resourceSpans, string scopes, string records, Action<ProtobufWriter, JsonNode> write)
    {
        if (resourceSpans["resource"] is { } resource)
            w.Message(1, r => WriteAttributes(r, 1, resource));
        foreach (var scopeSpans in Items(resourceSpans, scopes))
        {
            w.Message(2, s =>
            {
                if (scopeSpans["scope"] is { } scope)
                {
                    s.Message(1, x =>
                    {
                        x.Text(1, scope["name"]);
                        x.Text(2, scope["version"]);
                        WriteAttributes(x, 3, scope);
                    });
                }

                foreach (var record in Items(scopeSpans, records))
                    s.Message(2, x => write(x, record));
                s.Text(3, scopeSpans["schemaUrl"]);
            });
        }

        w.Text(3, resourceSpans["schemaUrl"]);
    }

    public static void WriteSpan(ProtobufWriter w, JsonNode span)
    {
        w.Hex(1, span["traceId"]);
        w.Hex(2, span["spanId"]);
        w.Text(3, span["traceState"]);
        w.Hex(4, span["parentSpanId"]);
        w.Text(5, span["name"]);
        w.Number(6, span["kind"]);
        w.Fixed64(7, span["startTimeUnixNano"]);
        w.Fixed64(8, span["endTimeUnixNano"]);
        WriteAttributes(w, 9, span);
        w.Number(10, span["droppedAttributesCount"]);
        foreach (var spanEvent in Items(span, "events"))
        {
            w.Message(11, e =>
            {
                e.Fixed64(1, spanEvent["timeUnixNano"]);
                e.Text(2, spanEvent["name"]);
                WriteAttributes(e, 3, spanEvent);
                e.Number(4, spanEvent["droppedAttributesCount"]);
            });
        }

        w.Number(12, span["droppedEventsCount"]);
        foreach (var link in Items(span, "links"))
        {
            w.Message(13, l =>
            {
                l.Hex(1, link["traceId"]);
                l.Hex(2, link["spanId"]);
                l.Text(3, link["traceState"]);
                WriteAttributes(l, 4, link);
            });
        }

        w.Number(14, span["droppedLinksCount"]);
        if (span["status"] is { } status)
        {
            w.Message(15, s =>
            {
                s.Text(2, status["message"]);
                s.Number(3, status["code"]);
            });
        }

        w.Fixed32(16, span["flags"]);
    }

    private static void WriteLog(ProtobufWriter w, JsonNode log)
    {
        w.Fixed64(1, log["timeUnixNano"]);
        if (log["body"] is { } body)
            w.Message(5, v => WriteValue(v, body));
        WriteAttributes(w, 6, log);
        w.Hex(9, log["traceId"]);
        w.Hex(10, log["spanId"]);
        w.Fixed64(11, log["observedTimeUnixNano"]);
        w.Text(12, log["eventName"]);
    }

    private static void WriteAttributes(ProtobufWriter w, uint field, JsonNode owner)
    {
        foreach (var attribute in Items(owner, "attributes"))
            w.Message(field, a => WriteAttribute(a, attribute));
    }

    private static void WriteAttribute(ProtobufWriter w, JsonNode attribute)
    {
        w.Text(1, attribute["key"]);
        w.Message(2, v => WriteValue(v, attribute["value"]));
    }

    private static void WriteValue(ProtobufWriter w, JsonNode? value)
    {
        if (value is not JsonObject { Count: > 0 } any)
            return;
        var (name, content) = any.First();
        switch (name)
        {
            case "stringValue":
                w.Bytes(1, Encoding.UTF8.GetBytes(content!.GetValue<string>()));
                break;
            case "boolValue":
                w.Varint(2, content!.GetValue<bool>() ? 1UL : 0);
                break;
            case "intValue":
                w.Varint(3, (ulong)long.Parse(content!.GetValue<string>(), CultureInfo.InvariantCulture));
                break;
            case "doubleValue":
                w.Fixed64(4, BitConverter.DoubleToUInt64Bits(content!.GetValueKind() == JsonValueKind.String
                    ? double.Parse(content.GetValue<string>(), CultureInfo.InvariantCulture)
                    : content.GetValue<double>()));
                break;
            case "arrayValue":
                w.Message(5, a =>
                {
                    foreach (var element in Items(content!, "values"))
                        a.Message(1, e => WriteValue(e, element));
                });
                break;
            case "kvlistValue":
                w.Message(6, a =>
                {
                    foreach (var element in Items(content!, "values"))
                        a.Message(1, e => WriteAttribute(e, element));
                });
                break;
            case "bytesValue":
                w.Bytes(7, Convert.FromBase64String(content!.GetValue<string>()));
                break;
        }
    }

    private static IEnumerable<JsonNode> Items(JsonNode owner, string name) => (owner[name] as JsonArray ?? []).Select(n => n!);
}

/// <summary>Just enough to write protobuf messages, right and wrong ones.</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void Tag(uint field, int wire) => Varint((field << 3) | (uint)wire);

    public void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }

    public void Varint(uint field, ulong value)
    {
        Tag(field, 0);
        Varint(value);
    }

    public void Bytes(uint field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    public void Message(uint field, Action<ProtobufWriter> write) => Bytes(field, OtlpBodies.Message(write));

    public void Fixed64(uint field, ulong value)
    {
        Tag(field, 1);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void Text(uint field, JsonNode? value)
    {
        if (value is not null)
            Bytes(field, Encoding.UTF8.GetBytes(value.GetValue<string>()));
    }

    public void Hex(uint field, JsonNode? value)
    {
        if (value is not null)
            Bytes(field, Convert.FromHexString(value.GetValue<string>()));
    }

    public void Number(uint field, JsonNode? value)
    {
        if (value is not null)
            Varint(field, ulong.Parse(value.ToString(), CultureInfo.InvariantCulture));
    }

    public void Fixed64(uint field, JsonNode? value)
    {
        if (value is not null)
            Fixed64(field, ulong.Parse(value.ToString(), CultureInfo.InvariantCulture));
    }

    public void Fixed32(uint field, JsonNode? value)
    {
        if (value is null)
            return;
        Tag(field, 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, uint.Parse(value.ToString(), CultureInfo.InvariantCulture));
        _bytes.Write(bytes);
    }
}
