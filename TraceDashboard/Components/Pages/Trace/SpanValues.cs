using System.Globalization;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>A typed attribute.</summary>
/// <param name="Type">As JSON has it, with whole numbers told from others: <c>text</c>, <c>int</c>, <c>double</c>, <c>bool</c>, <c>list</c>, <c>map</c>, <c>null</c>.</param>
public sealed record SpanValue(string Key, string Type, string Value);

public sealed record SpanEvent(string Name, long? Time, IReadOnlyList<SpanValue> Attributes);

public sealed record SpanLink(string? TraceId, string? SpanId, IReadOnlyList<SpanValue> Attributes);

/// <summary>Reads the JSON columns of a span. What is not of their shape is left out, as it cannot be shown in theirs.</summary>
internal static class SpanValues
{
    /// <summary>The members of an object by key.</summary>
    public static IReadOnlyList<SpanValue> ReadObject(string? json)
    {
        using var document = JsonText.TryParse(json, out _);
        return document is null ? [] : Members(document.RootElement);
    }

    public static IReadOnlyList<SpanEvent> ReadEvents(string? json) =>
        [.. ReadList(json, e => new SpanEvent(Text(e, "name") ?? "event", Time(e), Members(Member(e, "attributes")))).OrderBy(e => e.Time ?? 0)];

    public static IReadOnlyList<SpanLink> ReadLinks(string? json) =>
        ReadList(json, e => new SpanLink(Text(e, "traceId"), Text(e, "spanId"), Members(Member(e, "attributes"))));

    private static List<T> ReadList<T>(string? json, Func<JsonElement, T> read)
    {
        using var document = JsonText.TryParse(json, out _);
        var items = new List<T>();
        if (document?.RootElement is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var element in list.EnumerateArray())
            {
                if (element.ValueKind == JsonValueKind.Object)
                    items.Add(read(element));
            }
        }

        return items;
    }

    private static List<SpanValue> Members(JsonElement element)
    {
        var values = new List<SpanValue>();
        if (element.ValueKind != JsonValueKind.Object)
            return values;
        foreach (var member in element.EnumerateObject())
            values.Add(Value(member.Name, member.Value));
        values.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        return values;
    }

    private static SpanValue Value(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => new SpanValue(key, "text", value.GetString()!),
        JsonValueKind.Number => new SpanValue(key, value.GetRawText().AsSpan().IndexOfAny(".eE") < 0 ? "int" : "double", value.GetRawText()),
        JsonValueKind.True or JsonValueKind.False => new SpanValue(key, "bool", value.GetRawText()),
        JsonValueKind.Array => new SpanValue(key, "list", JsonText.Readable(value)),
        JsonValueKind.Object => new SpanValue(key, "map", JsonText.Readable(value)),
        _ => new SpanValue(key, "null", "null"),
    };

    private static JsonElement Member(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>OTLP writes 64-bit numbers as text.</summary>
    private static long? Time(JsonElement element) => Member(element, "timeUnixNano") switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var nanos) => nanos,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), CultureInfo.InvariantCulture, out var nanos) => nanos,
        _ => null,
    };
}
