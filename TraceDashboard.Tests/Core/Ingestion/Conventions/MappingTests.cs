using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces.Messages;
using TraceDashboard.Tests.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion.Conventions;

/// <summary>
/// Each file in <c>Cases</c> is an array of spans as one dialect sends them, and what they must become. <c>expect</c> names every field
/// that is set, but for those in <see cref="Common"/>, which are compared when they are named, null for one that is not set; <c>trace</c> the same of the trace.
/// <c>scope</c> is the name of the instrumentation scope, where it matters. <c>scores</c> lists those that come with the span, in their order.
/// <c>inputMessages</c> and <c>outputMessages</c> tell what a reader sees of the conversation, in place of <c>input</c> and <c>output</c>.
/// </summary>
public sealed class MappingTests
{
    private const string Folder = ".Conventions.Cases.";

    private static readonly string[] Common =
        ["version", "parentSpanId", "name", "kind", "status", "startTime", "endTime", "attributes", "events", "resource", "origin", "serviceName"];

    private static readonly string[] CommonOfTrace = ["timestamp", "name", "inputPreview", "outputPreview", "sharedMetadata"];

    private static readonly SortedDictionary<string, JsonArray> s_files = Read();

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (file, tests) in s_files)
            {
                foreach (var test in tests)
                    cases.Add(file, test!["name"]!.GetValue<string>());
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_span_becomes_what_its_attributes_say(string file, string name)
    {
        var test = Assert.Single(s_files[file], c => c!["name"]!.GetValue<string>() == name)!;
        var request = OtlpBodies.RequestFrom(test["resource"] as JsonObject ?? [], ToSpan(test["span"]!.AsObject()));
        if (test["scope"] is { } scope)
            request["resourceSpans"]![0]!["scopeSpans"]![0]!["scope"]!["name"] = scope.DeepClone();
        foreach (var decoded in new[] { OtlpDecoding.OfJson(request), OtlpDecoding.OfProtobuf(request) })
        {
            Assert.Equal("", decoded.Reasons);
            var span = Assert.Single(decoded.Spans);
            var actual = OtlpDecoding.Show(span);
            CompareMessages(test["inputMessages"], span.Input, "user", actual, "input");
            CompareMessages(test["outputMessages"], span.Output, "assistant", actual, "output");
            Compare(test["expect"]!.AsObject(), actual, Common);
            if (test["trace"] is JsonObject trace)
                Compare(trace, OtlpDecoding.Show(Assert.Single(decoded.Traces)), CommonOfTrace);
            Assert.Equal((test["scores"] as JsonArray ?? []).Select(Sorted), decoded.Scores.Select(s => Sorted(OtlpDecoding.Show(s))));
        }
    }

    private static SortedDictionary<string, JsonArray> Read()
    {
        var assembly = typeof(MappingTests).Assembly;
        var files = new SortedDictionary<string, JsonArray>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.Contains(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var file = resource[(resource.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..];
            files[file] = JsonNode.Parse(stream, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip })!.AsArray();
        }

        return files;
    }

    private static void CompareMessages(JsonNode? expected, byte[]? content, string role, JsonObject actual, string field)
    {
        if (expected is null)
            return;
        var read = MessageParser.Parse(content is null ? null : Encoding.UTF8.GetString(content), role);
        Assert.Equal(expected.AsArray().Select(m => m!.GetValue<string>()), (read.Messages ?? []).Select(Show));
        _ = actual.Remove(field);
    }

    /// <summary><c>role: part | part</c>, with <c>(finish reason)</c>.</summary>
    private static string Show(Message message) =>
        $"{message.Role}: {string.Join(" | ", message.Parts.Select(Show))}{(message.FinishReason is { } reason ? $" ({reason})" : "")}";

    private static string Show(MessagePart part) => part switch
    {
        TextPart text => text.Text,
        ReasoningPart reasoning => $"reasoning {reasoning.Text}",
        ToolCallPart call => $"call {call.Id} {call.Name} {Compact(call.Arguments)}",
        ToolResultPart result => $"result {result.CallId} {result.Name} {Compact(result.Result)}{(result.IsError ? " failed" : "")}",
        MediaPart media => $"{media.Modality} {media.MimeType} {media.Uri}{media.Data}{media.File}",
        OtherPart other => $"{other.Type} {Compact(other.Json)}",
        _ => throw new InvalidOperationException(part.GetType().Name),
    };

    private static string? Compact(string? text)
    {
        using var document = JsonText.TryParse(text, out _);
        return document is null ? text : JsonText.Readable(document.RootElement);
    }

    private static JsonObject ToSpan(JsonObject given)
    {
        var span = OtlpBodies.Span();
        foreach (var (name, value) in given)
        {
            span[name] = name switch
            {
                "attributes" => OtlpBodies.Attributes(value!.AsObject()),
                "events" => new JsonArray([.. value!.AsArray().Select(e => (JsonNode)new JsonObject
                {
                    ["timeUnixNano"] = e!["timeUnixNano"]?.GetValue<string>() ?? "1764000000100000000",
                    ["name"] = e["name"]!.DeepClone(),
                    ["attributes"] = OtlpBodies.Attributes(e["attributes"] as JsonObject ?? []),
                })]),
                _ => value!.DeepClone(),
            };
        }

        return span;
    }

    private static void Compare(JsonObject expected, JsonObject actual, string[] optional)
    {
        foreach (var (name, value) in expected)
        {
            var found = actual[name];
            // Contents are stored as text; a case may spell them as JSON.
            if (value is JsonArray or JsonObject && found is JsonValue text && text.TryGetValue<string>(out var json))
                found = JsonNode.Parse(json);
            Assert.Equal($"{name}: {Sorted(value)}", $"{name}: {Sorted(found)}");
        }

        Assert.Equal([], actual.Select(f => f.Key).Except(optional).Except(expected.Select(f => f.Key)));
    }

    /// <summary>The order of an object's members does not matter.</summary>
    private static string Sorted(JsonNode? node) => node switch
    {
        JsonObject map => $"{{{string.Join(',', map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{JsonSerializer.Serialize(m.Key)}:{Sorted(m.Value)}"))}}}",
        JsonArray list => $"[{string.Join(',', list.Select(Sorted))}]",
        _ => node?.ToJsonString() ?? "null",
    };
}
