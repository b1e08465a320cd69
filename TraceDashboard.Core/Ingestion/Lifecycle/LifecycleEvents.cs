using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Merge;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

internal static class LifecycleEvents
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Events in the form of <see cref="SpanUpdate.Events"/>.</summary>
    /// <param name="body">What the events were read from.</param>
    /// <param name="maxBytes">Longest that they may be together.</param>
    /// <param name="defaultTime">The call's timestamp. Not the time of receipt: with it, an event that is sent again would be another one.</param>
    public static byte[] ToJson(
        List<LifecycleEvent> events, ReadOnlyMemory<byte> body, int maxBytes, long? defaultTime, string path, Func<string?, string?> clean, ApiErrors errors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartArray();
        for (var i = 0; i < events.Count; i++)
        {
            var at = $"{path}events[{i}]";
            if (events[i] is not { } item)
            {
                errors.Add(at, "must be a JSON object, not null");
                continue;
            }

            if (string.IsNullOrEmpty(item.Name))
                errors.Add($"{at}.name", "is needed; say what happened");
            var time = errors.ReadTime(item.Time, $"{at}.time") ?? defaultTime;
            var attributes = item.Attributes?.Of(body) ?? default;
            if (attributes.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
                errors.Add($"{at}.attributes", "must be a JSON object");

            writer.WriteStartObject();
            if (time is { } known)
                writer.WriteString("timeUnixNano"u8, known.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("name"u8, clean(item.Name) ?? "");
            if (attributes.ValueKind == JsonValueKind.Object)
            {
                writer.WritePropertyName("attributes"u8);
                writer.WriteRawValue(attributes.Raw, skipInputValidation: true);
            }

            writer.WriteEndObject();
            if (writer.BytesCommitted + writer.BytesPending > maxBytes)
            {
                errors.Add($"{path}events", $"are longer than {maxBytes} bytes together (Ingestion:MaxFieldBytes)");
                break;
            }
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
