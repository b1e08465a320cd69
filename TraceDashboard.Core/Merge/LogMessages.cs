using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Core.Merge;

/// <summary>
/// What log records tell of the input and output of their span. Each is an element of <see cref="SpanUpdate.Events"/>, so that they are
/// merged as a set: it has an <c>input</c> or <c>output</c>, and as <c>log</c> its place among those that it came with, because records
/// of one question often have one time. The place orders them and tells none from another.
/// </summary>
internal static class LogMessages
{
    private const string Place = "\"log\":\"";
    private const int PlaceDigits = 8;
    private static readonly JsonReaderOptions s_readerOptions = new() { MaxDepth = JsonKeyMerge.DocumentOptions.MaxDepth };

    /// <summary>Writes the beginning of an element, after which its name comes.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="time">Nanoseconds since the Unix epoch.</param>
    /// <param name="place">Among those that it came with.</param>
    /// <param name="alike">How many like it came before it with the same request; they are not one.</param>
    public static void WriteStart(JsonBuffer target, ulong time, int place, int alike)
    {
        var repeat = alike == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\"repeat\":{alike},");
        target.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"timeUnixNano":"{{time}}",{{Place}}{{place:D8}}",{{repeat}}""")));
    }

    /// <summary>Whether there is anything in a message but who speaks, as there is not where contents are not captured.</summary>
    public static bool SaysSomething(ReadOnlySpan<byte> message)
    {
        var reader = new Utf8JsonReader(message, s_readerOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        return SaysSomething(document.RootElement);
    }

    /// <summary>The input and the output that events tell, in the order of their times; null for what they do not.</summary>
    public static (byte[]? Input, byte[]? Output) Of(byte[]? events)
    {
        if (events is null || events.AsSpan().IndexOf("\"log\":\""u8) < 0)
            return default;
        using var document = JsonDocument.Parse(events, JsonKeyMerge.DocumentOptions);
        var known = new HashSet<string>(StringComparer.Ordinal);
        var (input, output) = (new Told(), new Told());
        foreach (var element in document.RootElement.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("log"u8, out _) || !known.Add(WithoutPlace(element.GetRawText())))
                continue;
            input.Add(element, "input");
            output.Add(element, "output");
        }

        // Choices take the form of OpenAI's replies, which readers of conversations know.
        return (input.ToJson("[", "]"), output.ToJson("{\"choices\":[", "]}"));
    }

    /// <summary>What log records tell of a root as the previews of its trace, which stand against nothing that is said outright; null when they tell nothing.</summary>
    public static TraceUpdate? Previews(SpanUpdate root, (byte[]? Input, byte[]? Output) told)
    {
        if (told is (null, null))
            return null;

        // The more is known, the greater the version.
        var previews = new TraceUpdate { ProjectId = root.ProjectId, TraceId = root.TraceId, Version = new UpdateVersion(0, 0, root.Events!.Length) };
        if (Preview.OfInput(told.Input) is { } input)
            previews.InputPreview = input;
        if (Preview.OfOutput(told.Output) is { } output)
            previews.OutputPreview = output;
        return previews;
    }

    private static bool SaysSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(m => m.Name is not ("role" or "id" or "index" or "type" or "finish_reason") && SaysSomething(m.Value)),
        JsonValueKind.Array => value.EnumerateArray().Any(SaysSomething),
        JsonValueKind.String => JsonMarshal.GetRawUtf8Value(value).Length > 2,
        JsonValueKind.Null => false,
        _ => true,
    };

    private static string WithoutPlace(string element) =>
        element.IndexOf(Place, StringComparison.Ordinal) is var at and >= 0 ? element.Remove(at, Math.Min(Place.Length + PlaceDigits, element.Length - at)) : element;

    /// <summary>Messages one by one, or a conversation in one record, of which the last stands.</summary>
    private sealed class Told
    {
        private readonly List<string> _messages = [];
        private string? _whole;

        public void Add(JsonElement element, string member)
        {
            if (!element.TryGetProperty(member, out var value))
                return;
            if (value.ValueKind == JsonValueKind.Object)
                _messages.Add(value.GetRawText());
            else
                _whole = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        }

        public byte[]? ToJson(string before, string after) =>
            _whole is not null ? Encoding.UTF8.GetBytes(_whole) : _messages.Count == 0 ? null : Encoding.UTF8.GetBytes($"{before}{string.Join(',', _messages)}{after}");
    }
}
