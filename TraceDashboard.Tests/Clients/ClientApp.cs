using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Clients;

/// <summary>An app that wants keys, what a client sent to it, and what it made of that.</summary>
internal sealed class ClientApp : IAsyncDisposable
{
    public const string PublicKey = "pk-lf-client";
    public const string SecretKey = "sk-lf-client";

    private readonly TestApp _app;
    private readonly RequestRecorder _recorder;

    private ClientApp(TestApp app, RequestRecorder recorder)
    {
        _app = app;
        _recorder = recorder;
    }

    public TestApp App => _app;

    public Uri Address => _app.Address;

    public Uri GrpcAddress => _app.GrpcAddress!;

    public static async Task<ClientApp> StartAsync()
    {
        var recorder = new RequestRecorder();
        var app = await TestApp.StartAsync(new TestAppOptions
        {
            GrpcListener = true,
            Settings = new Dictionary<string, string?>
            {
                ["Ingestion:AllowAnonymous"] = "false",
                ["Bootstrap:PublicKey"] = PublicKey,
                ["Bootstrap:SecretKey"] = SecretKey,
            },
            Services = services => services.AddSingleton<Microsoft.AspNetCore.Hosting.IStartupFilter>(recorder),
        });
        return new ClientApp(app, recorder);
    }

    /// <summary>What OpenTelemetry's SDKs and those made of them read, for OTLP/HTTP with protobuf.</summary>
    public Dictionary<string, string> OtlpEnvironment(params (string Name, string Value)[] more) => OtlpEnvironment("http/protobuf", more);

    public Dictionary<string, string> OtlpEnvironment(string protocol, params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = (protocol == "grpc" ? GrpcAddress : Address).ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "30000", // milliseconds; for a loaded machine
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-api-key={SecretKey}",
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        return environment;
    }

    public async Task<TraceDetails> TraceAsync(string traceId) =>
        await _app.Get<TraceReader>().GetTraceAsync(1, traceId, TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException($"Trace {traceId} is not stored; the client sent {string.Join(", ", _recorder.Requests.Select(r => $"{r.Path} → {r.Status}"))}.");

    public async Task<SpanDetails> SpanAsync(string traceId, string spanId) =>
        await _app.Get<TraceReader>().GetSpanAsync(1, traceId, spanId, null, TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException($"Span {spanId} of trace {traceId} is not stored.");

    /// <summary>The spans of that name by their start.</summary>
    public async Task<IReadOnlyList<SpanDetails>> SpansNamedAsync(string traceId, string name)
    {
        var spans = await _app.Get<TraceReader>().GetSpansAsync(1, traceId, TestContext.Current.CancellationToken);
        var named = new List<SpanDetails>();
        foreach (var span in spans!.Spans.Where(s => s.Name == name).OrderBy(s => s.StartTime))
            named.Add(await SpanAsync(traceId, span.SpanId));
        return named;
    }

    /// <summary>Messages of a span's input and output, one line each: <c>role: part | part</c>.</summary>
    public static (string[] Input, string[] Output) MessagesOf(SpanDetails span) =>
        ([.. (MessageParser.Parse(span.Input, "user").Messages ?? []).Select(Line)], [.. (MessageParser.Parse(span.Output, "assistant").Messages ?? []).Select(Line)]);

    /// <summary>Sends every request of the client once more, byte for byte, and asserts that the store is as it was.</summary>
    /// <param name="path">What the client must have called.</param>
    public async Task AssertThatRepeatsChangeNothingAsync(string path)
    {
        Assert.Contains(_recorder.Requests, r => r.Path == path);
        Assert.All(_recorder.Requests, r => Assert.InRange(r.Status, 200, 299));
        var before = await StoredAsync();
        Assert.NotEmpty(before);
        await _recorder.RepeatAsync();
        Assert.Equal(before, await StoredAsync());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Every trace with its spans, and every score, as the API tells them.</summary>
    private async Task<List<string>> StoredAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var ids = await _app.Get<TraceStore>().ReadAsync((db, ct) => db.Traces.OrderBy(t => t.TraceId).Select(t => t.TraceId).ToListAsync(ct), cancellationToken);
        var stored = new List<string>();
        foreach (var path in ids.Select(id => "/api/traces/" + Uri.EscapeDataString(id)).Append("/api/public/scores?limit=100"))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", BasicKeys);
            using var answer = await _app.Client.SendAsync(request, cancellationToken);
            answer.EnsureSuccessStatusCode();
            stored.Add(await answer.Content.ReadAsStringAsync(cancellationToken));
        }

        return stored;
    }

    public static string BasicKeys => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{PublicKey}:{SecretKey}"));

    public static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static string Line(Message message) => $"{message.Role}: {string.Join(" | ", message.Parts.Select(Word))}";

    private static string Word(MessagePart part) => part switch
    {
        TextPart text => text.Text,
        ReasoningPart reasoning => $"(thinks) {reasoning.Text}",
        ToolCallPart call => string.Create(CultureInfo.InvariantCulture, $"{call.Name}#{call.Id}({JsonNode.Parse(call.Arguments ?? "null")?.ToJsonString()})"),
        ToolResultPart result => $"#{result.CallId} = {result.Result}",
        _ => part.ToString(),
    };
}
