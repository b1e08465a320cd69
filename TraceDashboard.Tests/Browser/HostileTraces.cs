using System.Reflection;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Browser;

/// <summary>Traces in which every field that a sender controls tries to be more than text. Each says which field it is.</summary>
internal sealed class HostileTraces
{
    public const string Foreign = "foreign.example";

    private readonly HashSet<string> _fields = new(StringComparer.Ordinal);

    /// <summary>Ends an isolate that is not its own, and turns what follows.</summary>
    private const string Turns = "\u2069\u202E";

    /// <summary>The trace with all that a page can show, over and done with.</summary>
    public static string Done { get; } = Id("TraceId");

    /// <summary>One that is still written.</summary>
    public static string Running { get; } = Id("RunningTraceId");

    /// <summary>The fields that have a <see cref="Text"/>.</summary>
    public IReadOnlySet<string> Fields => _fields;

    public string Text(string field)
    {
        _fields.Add(field);
        return $"""{field}{Turns}"'></title><img src="https://{Foreign}/{field}" onerror="alert('{field}')"><script>alert('{field}')</script>""";
    }

    public (IReadOnlyList<SpanUpdate> Spans, IReadOnlyList<TraceUpdate> Traces, IReadOnlyList<Score> Scores) Make(long now)
    {
        var start = now - SampleTraces.Ms(60_000);
        var root = Fill(SampleTraces.Span(Done, Id("root"), null, "", start, start + SampleTraces.Ms(20_000), SpanKind.Agent));
        root.ParentSpanId = null;
        var tool = Fill(SampleTraces.Span(Done, Id("tool"), root.SpanId, "", start, start + SampleTraces.Ms(1_000), SpanKind.Tool));
        tool.ParentSpanId = root.SpanId;
        tool.Status = SpanStatus.Error;
        var orphan = SampleTraces.Span(Done, Id("orphan"), Id("SpanUpdate.ParentSpanId"), Text("SpanUpdate.Name"), start, start + 1);
        var calls = Enumerable.Range(1, 3).Select(i => Call(i, root.SpanId, start + SampleTraces.Ms(2_000 * i))).ToList();
        calls[2].ReportedCost = null;

        // What is streamed shows as long as no output is set, not even to none.
        var open = Fill(SampleTraces.Span(Running, Id("open"), null, "", start, null, SpanKind.Generation), except: nameof(SpanUpdate.Output));
        open.ParentSpanId = null;
        open.Chunks = [new OutputChunk(0, Text("OutputChunk.Text"))];

        return (
            [root, tool, orphan, .. calls, open],
            [Trace(Done, start), Trace(Running, start)],
            [Score("category", ScoreDataType.Categorical), Score("number", ScoreDataType.Numeric), Score("flag", ScoreDataType.Boolean, onSpan: tool.SpanId), Score("mine", ScoreDataType.Categorical, mine: true)]);

        Score Score(string id, ScoreDataType type, string? onSpan = null, bool mine = false)
        {
            var score = Fill(new Score
            {
                ProjectId = SampleTraces.Project,
                Id = id,
                Name = "",
                DataType = type,
                Source = mine ? ScoreSource.Human : ScoreSource.Evaluator,
                Environment = "",
                Timestamp = start,
                VersionTime = start,
                VersionHash = 1,
            });
            return score with
            {
                Id = id,
                TraceId = Done,
                SpanId = onSpan,
                SessionId = null,
                Name = $"{id} {score.Name}",
                Text = type is ScoreDataType.Categorical ? score.Text : null,
                Value = type is ScoreDataType.Categorical ? null : 1,
                Author = mine ? null : score.Author,
                Metadata = Object("Score.Metadata").ToJsonString(),
            };
        }
    }

    /// <summary>An id within an address: without what would end a part of its path.</summary>
    public static string Id(string field) => $"""{field}{Turns}"'><img src=x onerror=alert(1)>""";

    private SpanUpdate Call(int number, string parent, long start)
    {
        var call = Fill(SampleTraces.Span(Done, Id($"call {number}"), parent, "", start, start + SampleTraces.Ms(1_500), SpanKind.Generation));
        call.ParentSpanId = parent;
        call.RequestModel = $"{number} {call.RequestModel}";
        call.ResponseModel = $"{number} {call.ResponseModel}";
        call.Usage = new TokenUsage { Input = 100, Output = 10 };
        call.ResponseId = $"{number} {call.ResponseId}"; // or they would be one call
        call.ReportedCost = 0.25m;
        call.Input = Json(new JsonArray(
            Message("system", new JsonObject { ["type"] = "text", ["content"] = Text("TextPart.Text") }),
            Message(Text("Message.Role"), new JsonObject { ["type"] = "reasoning", ["content"] = Text("ReasoningPart.Text") }),
            Message("assistant", new JsonObject { ["type"] = "tool_call", ["id"] = Text("ToolCallPart.Id"), ["name"] = Text("ToolCallPart.Name"), ["arguments"] = Object("ToolCallPart.Arguments") }),
            Message("tool", new JsonObject { ["type"] = "tool_call_response", ["id"] = "unasked", ["name"] = Text("ToolResultPart.Name"), ["response"] = Object("ToolResultPart.Result") }),
            Message("user", new JsonObject { ["type"] = "text", ["content"] = $"**bold** [a](javascript:alert(1)) [b](/settings/keys) ![i](https://{Foreign}/i.png)\n\n```js\n</code><script>alert(1)</script>\n```\n\n<img src=x onerror=alert(1)>" }),
            Message("user", new JsonObject { ["type"] = Text("OtherPart.Type"), ["what"] = Text("OtherPart.Json") }),
            Media("uri", "image", ("uri", $"https://{Foreign}/\"'><img src=x onerror=alert('MediaPart.Uri')>{Turns}")),
            Media("uri", Text("MediaPart.Modality"), ("uri", "javascript:alert('MediaPart')"), ("mime_type", Text("MediaPart.MimeType"))),
            Media("blob", "image", ("mime_type", "text/html"), ("content", "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==")),
            Media("blob", "image", ("mime_type", "image/png"), ("content", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")),
            Media("blob", "audio", ("mime_type", "audio/wav"), ("content", "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA=="))));
        call.Output = Json(new JsonArray(new JsonObject
        {
            ["role"] = "assistant",
            ["name"] = Text("Message.Name"),
            ["finish_reason"] = Text("Message.FinishReason"),
            ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = Text("TextPart.Text") }),
        }));
        return call;

        static JsonObject Message(string role, JsonObject part) => new() { ["role"] = role, ["parts"] = new JsonArray(part) };

        static JsonObject Media(string type, string modality, params (string Name, string Value)[] fields)
        {
            var part = new JsonObject { ["type"] = type, ["modality"] = modality };
            foreach (var (name, value) in fields)
                part[name] = value;
            return Message("user", part);
        }
    }

    private TraceUpdate Trace(string id, long start) => Fill(new TraceUpdate { ProjectId = SampleTraces.Project, TraceId = id, Version = new UpdateVersion(2, start, 0), Timestamp = start });

    /// <summary>Puts a text into every field that can hold one, but not into what identifies it.</summary>
    private T Fill<T>(T update, string? except = null)
        where T : notnull
    {
        foreach (var property in TextsOf<T>().Where(p => p.Name != except))
        {
            var text = Text(Name(property));
            property.SetValue(update, property.PropertyType == typeof(string) ? text
                : property.PropertyType == typeof(string[]) ? new[] { text }
                : property.Name switch
                {
                    nameof(SpanUpdate.Attributes) or nameof(SpanUpdate.Resource) or nameof(SpanUpdate.Origin) or nameof(TraceUpdate.Metadata) or nameof(TraceUpdate.SharedMetadata) => Json(Object(Name(property))),
                    nameof(SpanUpdate.Events) => Json(new JsonArray(new JsonObject { ["name"] = text, ["timeUnixNano"] = "1", ["attributes"] = Object("SpanEvent.Attributes") })),
                    nameof(SpanUpdate.Links) => Json(new JsonArray(new JsonObject { ["traceId"] = text, ["spanId"] = Text("SpanLink.SpanId"), ["attributes"] = Object("SpanLink.Attributes") })),
                    _ => SampleTraces.Utf8(text),
                });
        }

        return update;
    }

    private static IEnumerable<PropertyInfo> TextsOf<T>() => typeof(T).GetProperties()
        .Where(p => p.CanWrite && (p.PropertyType == typeof(string) || p.PropertyType == typeof(string[]) || p.PropertyType == typeof(byte[])))
        .Where(p => p.Name is not (nameof(SpanUpdate.TraceId) or nameof(SpanUpdate.SpanId)));

    private static string Name(PropertyInfo property) => $"{property.ReflectedType!.Name}.{property.Name}";

    private JsonObject Object(string field) => new()
    {
        [Text(field)] = Text(field),
        ["list"] = new JsonArray(Text($"{field}.list"), 1),
        ["map"] = new JsonObject { [Text($"{field}.key")] = Text($"{field}.value") },
    };

    private static byte[] Json(JsonNode node) => SampleTraces.Utf8(node.ToJsonString());
}
