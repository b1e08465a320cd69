using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Components.Pages.Trace;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces.Messages;
using TraceDashboard.Tests.Core.Ingestion.Lifecycle;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Core.Storage;

namespace TraceDashboard.Tests.Core.Ingestion;

public sealed class SqliteAnyTextTests(SqliteLifecycleApiTests.App fixture) : AnyTextTests(fixture), IClassFixture<SqliteLifecycleApiTests.App>;

public sealed class PostgresAnyTextTests(PostgresLifecycleApiTests.App fixture) : AnyTextTests(fixture), IClassFixture<PostgresLifecycleApiTests.App>;

/// <summary>Text that can hardly be stored or read, in every field of every protocol: all characters of it are kept, and everybody can read it.</summary>
public abstract class AnyTextTests(LifecycleApp fixture)
{
    /// <summary>Stands on both sides of what is no character, another one for each field.</summary>
    private const string Mark = "MARK";

    /// <summary>As they are written in JSON. The last two have backslashes that mean nothing.</summary>
    private static readonly string[] s_texts =
    [
        """MARK \ud83d MARK""",
        """MARK \uDE00\uD83D MARK""",
        """MARK\u0000 \ud83d\u0000\ude00 MARK""",
        """[{\"role\":\"user\",\"content\":\"MARK \\ud83d MARK\"}]""",
        """[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"name\":\"MARK\",\"arguments\":\"{\\\"MARK\\\":\\\"\\\\udc00 \\\\u0000\\\"}\"}]}]""",
        """{\"MARK \\uD83D\":\"\\u0000 MARK\",\"\\u0000\":{\"b\":1,\"b\":2}}""",
        """{\"query\":\"MARK \\ud83d\",\"query\":\"MARK MARK \\u0000\"}""",
        "\\\"MARK \\\\ud83d \\\\u0000 MARK\\\"",
        """{\"MARK\":\"not JSON \\ud83d \\u0000 MARK""",
        """C:\\ud83d\\u0000 MARK MARK""",
    ];

    private static readonly string[] s_keys =
    [
        .. typeof(Source).Assembly.GetTypes().Where(t => t.Namespace == typeof(Source).Namespace)
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(f => f.FieldType == typeof(Source[]))
            .SelectMany(f => (Source[])f.GetValue(null)!)
            .Select(s => s.Form switch { SourceForm.Indexed => s.Key + "0.message.content", SourceForm.Group => s.Key + "key", _ => s.Key })
            .Distinct(),
    ];

    private readonly HttpClient _client = fixture.Value.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int> Texts => [.. Enumerable.Range(0, s_texts.Length)];

    [Theory, MemberData(nameof(Texts))]
    public async Task Every_text_in_every_field_is_kept_and_read_by_everybody(int text)
    {
        Assert.True(s_keys.Length > 200);
        await CheckAsync("otlp", text, OtlpAsync);
        await CheckAsync("langfuse", text, LangfuseAsync);
        await CheckAsync("lifecycle", text, LifecycleAsync);
    }

    /// <summary>Before, JSON in a text was stored as it came.</summary>
    [Fact]
    public async Task What_was_stored_with_half_characters_is_read_by_everybody()
    {
        const string json = """{"a\ud83d":"b\udc00","c":{"c":1,"c":"\u0000"}}""";
        var trace = StoredRows.Trace(1, "stored-before", t => (t.TraceNo, t.SpanCount, t.Metadata) = (1_000_000, 1, json));
        var span = StoredRows.Span(trace, "stored-span");
        var contents = new SpanContentRow
        {
            TraceNo = trace.TraceNo,
            SpanId = span.SpanId,
            ContentDay = span.ContentDay,
            Input = $"[{json}]",
            Output = json,
            Attributes = $$"""{"langfuse.observation.metadata":{{json}},"more":{{json}} }""",
            Events = $$"""[{"name":"\ud83d","attributes":{{json}} }]""",
            Links = $$"""[{"traceId":"\ud83d","attributes":{{json}} }]""",
            Resource = json,
        };
        await fixture.Value.Get<TraceStore>().InsertAsync(trace, span, contents);

        await ReadByAllAsync("stored-before");
    }

    private async Task CheckAsync(string protocol, int text, Func<string, Fields, Task> send)
    {
        var traceId = Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"{protocol}{text}".PadRight(16, '.')));
        var fields = new Fields(s_texts[text]);
        await send(traceId, fields);

        var whole = await ReadAsync($"/api/traces/{traceId}");
        var lost = fields.Names.Where((_, i) => whole.Split(Fields.MarkOf(i)).Length < 3).ToArray();
        Assert.True(lost.Length == 0, $"{protocol}: lost of {s_texts[text]}: {string.Join(", ", lost)}");
        await ReadByAllAsync(traceId);
    }

    private async Task ReadByAllAsync(string traceId)
    {
        foreach (var path in new[]
        {
            $"/api/traces/{traceId}", "/api/traces/search", $"/api/public/traces/{traceId}", "/api/public/traces?limit=100", $"/api/public/observations?traceId={traceId}&limit=100",
            $"/api/public/v2/observations?traceId={traceId}&limit=1000&fields=core,basic,time,io,metadata,model,usage,prompt,metrics&expandMetadata=attributes", "/api/public/sessions",
            $"/api/public/scores?traceId={traceId}", $"/api/public/v2/scores?traceId={traceId}",
        })
        {
            await ReadAsync(path);
        }

        foreach (var path in new[] { "/traces", $"/traces/{traceId}", "/overview" })
        {
            using var page = await _client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            Assert.True(page.StatusCode == HttpStatusCode.OK, $"{path}: {page.StatusCode}");
        }

        foreach (var span in await fixture.Value.Get<TraceReader>().GetSpanPageAsync(1, traceId, null, 1000, Cancel))
        {
            Assert.NotNull(MessageParser.Parse(span.Input, "user"));
            Assert.NotNull(MessageParser.Parse(span.Output, "assistant"));
            Assert.NotNull(SpanValues.ReadObject(span.AttributesJson));
            Assert.NotNull(SpanValues.ReadObject(span.ResourceJson));
            Assert.NotNull(SpanValues.ReadEvents(span.EventsJson));
            Assert.NotNull(SpanValues.ReadLinks(span.LinksJson));
        }
    }

    private async Task OtlpAsync(string traceId, Fields fields)
    {
        var number = 0;
        var spans = s_keys.Select(key => Span($$"""[{"key":"{{key}}","value":{"stringValue":{{fields.Next(key)}} } }]""")).ToList();
        spans.Add(Span("[]", $$""","name":{{fields.Next("name")}},"status":{"code":2,"message":{{fields.Next("status.message")}} }"""));
        spans.Add(Span(
            "[]",
            $$""","events":[{"timeUnixNano":"1764000000000000000","name":{{fields.Next("event.name")}},"attributes":[{"key":{{fields.Next("event key")}},"value":{"stringValue":{{fields.Next("event attribute")}} } }]}]"""));
        spans.Add(Span($$"""[{"key":{{fields.Next("attribute key")}},"value":{"stringValue":"x"} }]"""));
        spans.Add(Span(
            $$"""[{"key":"nested","value":{"kvlistValue":{"values":[{"key":{{fields.Next("nested key")}},"value":{"arrayValue":{"values":[{"stringValue":{{fields.Next("nested value")}} }]} } }]} } }]"""));
        var request = $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', spans)}}]}]}]}""";
        var answer = await SendAsync(HttpMethod.Post, "/v1/traces", request);
        Assert.False(answer.Contains("rejectedSpans", StringComparison.Ordinal), answer);

        // The same in protobuf, where the text of an attribute can be neither half an emoji nor an escape.
        if (TryParse(request) is not { } json)
            return;
        using var content = new ByteArrayContent(OtlpBodies.ToProtobuf(json));
        content.Headers.ContentType = new("application/x-protobuf");
        using var response = await _client.PostAsync(new Uri("/v1/traces", UriKind.Relative), content, Cancel);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancel));

        string Span(string attributes, string more = "") =>
            $$"""
            {"traceId":"{{traceId}}","spanId":"{{(++number).ToString("x16", CultureInfo.InvariantCulture)}}","startTimeUnixNano":"1764000000000000000","endTimeUnixNano":"1764000001000000000",
             "attributes":{{attributes}}{{more}} }
            """;
    }

    private async Task LangfuseAsync(string traceId, Fields f)
    {
        string Metadata(string of) => $$"""{ {{f.Next(of + " metadata key")}}:{ {{f.Next(of + " metadata")}}:[{{f.Next(of + " list in metadata")}}]} }""";
        var answer = await SendAsync(HttpMethod.Post, "/api/public/ingestion", $$"""
            {"batch":[
             {"id":"{{traceId}}1","type":"trace-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"{{traceId}}","name":{{f.Next("trace name")}},"userId":{{f.Next("userId")}},
              "sessionId":{{f.Next("sessionId")}},"release":{{f.Next("release")}},"version":{{f.Next("version")}},"tags":[{{f.Next("tag")}}],"metadata":{{Metadata("trace")}},
              "input":"asked","output":{"a":"answered"} } },
             {"id":"{{traceId}}2","type":"generation-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"g{{traceId}}","traceId":"{{traceId}}","name":{{f.Next("name")}},
              "model":{{f.Next("model")}},"promptName":{{f.Next("promptName")}},"promptVersion":1,"statusMessage":{{f.Next("statusMessage")}},"version":{{f.Next("observation version")}},
              "input":{{f.Next("input")}},"output":{ {{f.Next("output key")}}:{{f.Next("output")}} },"metadata":{{Metadata("observation")}},"modelParameters":{ {{f.Next("parameter")}}:{{f.Next("parameter value")}} } } },
             {"id":"{{traceId}}3","type":"score-create","timestamp":"2026-01-01T00:00:00Z","body":{"id":"s{{traceId}}","traceId":"{{traceId}}","name":"score",
              "value":"good","comment":{{new Fields(f.Text).Next("")}},"metadata":{ {{new Fields(f.Text).Next("")}}:{{new Fields(f.Text).Next("")}} } } }]}
            """);
        Assert.EndsWith("\"errors\":[]}", answer, StringComparison.Ordinal);
    }

    private async Task LifecycleAsync(string traceId, Fields f)
    {
        await SendAsync(HttpMethod.Post, "/api/traces/start", $$"""
            {"traceId":"{{traceId}}","name":{{f.Next("name")}},"modelProvider":{{f.Next("modelProvider")}},"model":{{f.Next("model")}},"responseId":{{f.Next("responseId")}},
             "serviceTier":{{f.Next("serviceTier")}},"finishReason":{{f.Next("finishReason")}},"toolName":{{f.Next("toolName")}},"toolCallId":{{f.Next("toolCallId")}},"agentName":{{f.Next("agentName")}},
             "promptId":{{f.Next("promptId")}},"promptVersion":{{f.Next("promptVersion")}},"userId":{{f.Next("userId")}},"sessionId":{{f.Next("sessionId")}},
             "release":{{f.Next("release")}},"version":{{f.Next("version")}},"tags":[{{f.Next("tag")}}],"input":{{f.Next("input")}},"error":{"type":{{f.Next("error.type")}},"message":{{f.Next("error.message")}} },
             "metadata":{ {{f.Next("metadata key")}}:{{f.Next("metadata")}} },"attributes":{ {{f.Next("attribute key")}}:{"deep":[{{f.Next("attribute")}}]} },
             "events":[{"name":{{f.Next("event")}},"attributes":{ {{f.Next("event key")}}:{{f.Next("event attribute")}} } }]}
            """);
        await SendAsync(HttpMethod.Put, $"/api/traces/{traceId}/update", $$"""{"outputDelta":{{f.Next("outputDelta")}},"sequence":0,"metadata":{"other":{{f.Next("metadata of an update")}} } }""");
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _client.SendAsync(request, Cancel);
        var answer = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {answer}");
        return answer;
    }

    /// <summary>All names and texts of the answer, which must be JSON that can be read to the last character.</summary>
    private async Task<string> ReadAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        var body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode} {body}");
        using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 256 });
        var texts = new StringBuilder();
        Add(json.RootElement);
        Assert.DoesNotContain('\0', texts.ToString());
        return texts.ToString();

        void Add(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.String)
                texts.Append(value.GetString()).Append('\n');
            if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in value.EnumerateArray())
                    Add(item);
            }

            if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in value.EnumerateObject())
                {
                    texts.Append(member.Name).Append('\n');
                    Add(member.Value);
                }
            }
        }
    }

    private static JsonNode? TryParse(string json)
    {
        var node = JsonNode.Parse(json)!;
        try
        {
            _ = OtlpBodies.ToProtobuf(node);
            return node;
        }
        catch (InvalidOperationException)
        {
            return null; // half an emoji
        }
    }

    /// <summary>Fields of one message, each with a mark of its own.</summary>
    private sealed class Fields(string text)
    {
        public string Text { get; } = text;

        public List<string> Names { get; } = [];

        /// <summary>The text in quotes, with the mark of the next field.</summary>
        public string Next(string name)
        {
            Names.Add(name);
            return $"\"{Text.Replace(Mark, MarkOf(Names.Count - 1), StringComparison.Ordinal)}\"";
        }

        public static string MarkOf(int field) => $"m{field}.";
    }
}
