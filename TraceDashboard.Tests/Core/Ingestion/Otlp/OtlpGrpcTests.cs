using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

public sealed class OtlpGrpcTests : IAsyncLifetime
{
    private const int MaxBytes = 2_000_000;

    private TestApp _app = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(new TestAppOptions
        {
            GrpcListener = true,
            Services = FaultyOptions.AddTo,
            Settings = new Dictionary<string, string?> { ["Ingestion:MaxBodyBytes"] = $"{MaxBytes}", ["Ingestion:MaxBytesInFlight"] = "8000000" },
        });
        _client = new HttpClient
        {
            BaseAddress = _app.GrpcAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _app.DisposeAsync();
    }

    [Theory]
    [InlineData(OtlpExportCompression.None)]
    [InlineData(OtlpExportCompression.GZip)]
    public async Task What_the_sdk_exports_over_grpc_is_read_whole_and_sending_it_again_changes_nothing(OtlpExportCompression compression)
    {
        using var source = new ActivitySource("Shop.Grpc" + compression);
        var sent = new List<Activity>();
        using var provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name).AddProcessor(new Recorder(sent)).Build();
        using (var root = source.StartActivity("invoke_agent helper")!)
        {
            root.SetTag("gen_ai.operation.name", "invoke_agent");
            root.SetTag("session.id", "s-1");
            using var call = source.StartActivity("chat gpt-4o", ActivityKind.Client)!;
            call.SetTag("gen_ai.operation.name", "chat");
            call.SetTag("gen_ai.provider.name", "openai");
            call.SetTag("gen_ai.request.model", "gpt-4o");
            call.SetTag("gen_ai.usage.input_tokens", 1000);
            call.SetTag("gen_ai.usage.output_tokens", 100);
            call.SetTag("gen_ai.input.messages", """[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]""");
        }

        using var exporter = new OtlpTraceExporter(new OtlpExporterOptions { Endpoint = _app.GrpcAddress!, Protocol = OtlpExportProtocol.Grpc, Compression = compression });
        Assert.Equal(ExportResult.Success, exporter.Export(new Batch<Activity>([.. sent], sent.Count)));
        var first = await StoredAsync(sent[0].TraceId.ToHexString());
        Assert.Equal(ExportResult.Success, exporter.Export(new Batch<Activity>([.. sent], sent.Count)));
        var again = await StoredAsync(sent[0].TraceId.ToHexString());

        var (trace, span, root0) = first;
        Assert.Equal("invoke_agent helper", trace.Name);
        Assert.Equal("s-1", trace.SessionId);
        Assert.Equal(2, trace.SpanCount);
        Assert.Equal(TraceDashboard.Core.Traces.SpanKind.Agent, root0.Facts.Kind);
        Assert.Equal(root0.Facts.SpanId, span.Facts.ParentSpanId);
        Assert.Equal(TraceDashboard.Core.Traces.SpanKind.Generation, span.Facts.Kind);
        Assert.Equal("gpt-4o", span.RequestModel);
        Assert.Equal((1000, 100), (span.Facts.Usage!.InputTotal, span.Facts.Usage.OutputTotal));
        Assert.Equal(0.0035m, trace.Cost);
        Assert.Equal("""[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]""", span.Input);
        Assert.Equivalent(first.Trace, again.Trace, strict: true);
        Assert.Equivalent(first.Span, again.Span, strict: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_fault_before_anything_is_stored_is_UNAVAILABLE_and_an_error_in_the_log(int at)
    {
        // The call is let in, and then decoded.
        ((FaultyOptions)_app.Get<IOptions<IngestionOptions>>()).ThrowsAt = at;

        var answer = await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())));

        Assert.Equal(14, answer.Status);
        Assert.DoesNotContain("SELECT", answer.Text, StringComparison.Ordinal);
        Assert.True(RetryDelay(answer.Details!) > TimeSpan.Zero);
        Assert.IsType<InvalidTimeZoneException>(Assert.Single(_app.Log.Entries, e => e.Level == LogLevel.Error).Exception);
        Assert.Equal(0, (await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())))).Status);
    }

    [Fact]
    public async Task Bad_spans_are_told_as_partial_success()
    {
        var bad = OtlpBodies.Span(2);
        bad["traceId"] = "00000000000000000000000000000000";
        var answer = await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span(1), bad)));
        Assert.Equal(0, answer.Status);
        var (rejected, message) = PartialSuccess(answer.Message);
        Assert.Equal(1, rejected);
        Assert.Contains("traceId is all zeros", message, StringComparison.Ordinal);
        Assert.Equal(1, await CountSpansAsync());

        Assert.Equal(new Answer(0, "", [], null), await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span(1)))), Answer.Comparer);
    }

    [Fact]
    public async Task What_is_malformed_is_an_invalid_argument()
    {
        var answer = await CallAsync([0x0A, 0x7F, 1]);
        Assert.Equal(3, answer.Status);
        Assert.Contains("truncated", answer.Text, StringComparison.Ordinal);

        answer = await CallAsync([0x1F, 0x8B, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], "gzip");
        Assert.Equal(3, answer.Status);
        Assert.Contains("decompressed", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_over_the_limit_exhausts_the_resources_as_it_came_and_inflated()
    {
        var answer = await CallAsync(new byte[MaxBytes + 1]);
        Assert.Equal(8, answer.Status);
        Assert.Contains("Ingestion:MaxBodyBytes", answer.Text, StringComparison.Ordinal);

        answer = await CallAsync(OtlpBodies.Gzip(new byte[60_000_000]), "gzip");
        Assert.Equal(8, answer.Status);
        Assert.Null(answer.Details);
        Assert.Contains("Ingestion:MaxBodyBytes", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_room_the_sender_is_told_when_to_come_again()
    {
        var pipeline = _app.Get<IngestionPipeline>();
        using (_app.Get<Admission>().Hold(8_000_000))
        {
            var answer = await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())));
            Assert.Equal(14, answer.Status);
            Assert.Contains("Ingestion:MaxBytesInFlight", answer.Text, StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(1), RetryDelay(answer.Details!));
        }

        // A message is counted before it is whole, and what it inflates to as well.
        using (_app.Get<Admission>().Hold(7_000_000))
            Assert.Equal(14, (await CallAsync(new byte[MaxBytes - 1])).Status);
        using (_app.Get<Admission>().Hold(7_000_000))
            Assert.Equal(14, (await CallAsync(OtlpBodies.Gzip(new byte[MaxBytes - 1]), "gzip")).Status);

        Assert.Equal(0, (await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())))).Status);
        Assert.Equal(0, pipeline.BytesInFlight);
        Assert.DoesNotContain(_app.Log.Entries, e => e.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_wrong_key_is_unauthenticated()
    {
        var answer = await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())), authorization: new AuthenticationHeaderValue("Bearer", "sk-wrong"));
        Assert.Equal(16, answer.Status);
        Assert.Contains("The API key is not known.", answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, await CountSpansAsync());
    }

    [Theory]
    [InlineData(OtlpGrpcMethods.Metrics)]
    [InlineData(OtlpGrpcMethods.Logs)]
    public async Task Other_signals_succeed_and_are_not_kept(string service)
    {
        var answer = await CallAsync(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())), service: service);
        Assert.Equal(0, answer.Status);
        Assert.Empty(answer.Message);
        Assert.Equal(0, await CountSpansAsync());
    }

    [Fact]
    public async Task The_listener_answers_nothing_else()
    {
        foreach (var path in new[] { "/", "/health/live", "/v1/traces" })
        {
            using var answer = await _client.GetAsync(path, Cancelled);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    private async Task<(TraceDashboard.Core.Traces.TraceDetails Trace, TraceDashboard.Core.Traces.SpanDetails Span, TraceDashboard.Core.Traces.SpanDetails Root)> StoredAsync(string traceId)
    {
        var reader = _app.Get<TraceReader>();
        var trace = await reader.GetTraceAsync(1, traceId, Cancelled);
        var ids = await _app.Get<TraceStore>().ReadAsync((db, ct) => db.Spans.OrderBy(s => s.ParentSpanId == null ? 0 : 1).Select(s => s.SpanId).ToListAsync(ct), Cancelled);
        return (trace!, (await reader.GetSpanAsync(1, traceId, ids[1], null, Cancelled))!, (await reader.GetSpanAsync(1, traceId, ids[0], null, Cancelled))!);
    }

    private Task<int> CountSpansAsync() => _app.Get<TraceStore>().ReadAsync((db, ct) => db.Spans.CountAsync(ct), Cancelled);

    private async Task<Answer> CallAsync(byte[] message, string? encoding = null, AuthenticationHeaderValue? authorization = null, string service = OtlpGrpcMethods.Traces)
    {
        var frame = new byte[message.Length + 5];
        frame[0] = encoding is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/{service}/Export") { Content = new ByteArrayContent(frame), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        request.Headers.Authorization = authorization;
        if (encoding is not null)
            request.Headers.Add("grpc-encoding", encoding);
        using var response = await _client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync(Cancelled);
        var trailers = response.TrailingHeaders.Concat(response.Headers).ToLookup(h => h.Key, h => h.Value.First(), StringComparer.OrdinalIgnoreCase);
        var details = trailers["grpc-status-details-bin"].FirstOrDefault();
        return new Answer(
            int.Parse(trailers["grpc-status"].First(), CultureInfo.InvariantCulture),
            Uri.UnescapeDataString(trailers["grpc-message"].FirstOrDefault() ?? ""),
            body.Length > 5 ? body[5..] : [],
            details is null ? null : Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '=')));
    }

    private static (long, string) PartialSuccess(byte[] message)
    {
        var reader = new ProtobufReader(message, 0, message.Length);
        Assert.True(reader.Next());
        var partial = reader.Message;
        Assert.True(partial.Next());
        var rejected = (long)partial.Number;
        Assert.True(partial.Next());
        return (rejected, Encoding.UTF8.GetString(partial.Bytes));
    }

    /// <summary>google.rpc.Status, its one detail, RetryInfo, Duration.</summary>
    private static TimeSpan RetryDelay(byte[] status)
    {
        var reader = new ProtobufReader(status, 0, status.Length);
        while (reader.Next() && !reader.Is(3, WireType.Length))
        {
        }

        var any = reader.Message;
        Assert.True(any.Next());
        Assert.Equal("type.googleapis.com/google.rpc.RetryInfo", Encoding.UTF8.GetString(any.Bytes));
        Assert.True(any.Next());
        var info = any.Message;
        Assert.True(info.Next());
        var duration = info.Message;
        Assert.True(duration.Next());
        return TimeSpan.FromSeconds(duration.Number);
    }

    private sealed record Answer(int Status, string Text, byte[] Message, byte[]? Details)
    {
        public static IEqualityComparer<Answer> Comparer { get; } = EqualityComparer<Answer>.Create(
            (a, b) => a!.Status == b!.Status && a.Text == b.Text && a.Message.AsSpan().SequenceEqual(b.Message) && (a.Details is null) == (b.Details is null), a => a.Status);
    }

    private sealed class Recorder(List<Activity> sent) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => sent.Add(data);
    }
}
