using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Ingestion.Otlp;
using TraceDashboard.Core.Storage;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

public sealed class OtlpHttpTests : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(new TestAppOptions
    {
        OtlpListener = true,
        Settings = new Dictionary<string, string?> { ["Ingestion:MaxBodyBytes"] = "2000000", ["Ingestion:MaxBytesInFlight"] = "8000000" },
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("application/x-protobuf", false)]
    [InlineData("application/x-protobuf", true)]
    [InlineData("application/json; charset=utf-8", false)]
    [InlineData("Application/JSON", true)]
    public async Task An_export_is_stored_and_answered_in_its_own_type(string contentType, bool isCompressed)
    {
        var request = OtlpBodies.Request(OtlpBodies.Span(1), OtlpBodies.Span(2));
        var body = contentType.Contains("protobuf", StringComparison.Ordinal) ? OtlpBodies.ToProtobuf(request) : OtlpBodies.ToJson(request);
        foreach (var address in new[] { _app.Address, _app.OtlpAddress! })
        {
            using var answer = await PostAsync(isCompressed ? OtlpBodies.Gzip(body) : body, contentType, isCompressed ? "gzip" : null, address);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(contentType.Split(';')[0].ToLowerInvariant(), answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(contentType.Contains("protobuf", StringComparison.Ordinal) ? "" : "{}", await answer.Content.ReadAsStringAsync(Cancelled));
        }

        Assert.Equal(2, await CountSpansAsync());
    }

    [Fact]
    public async Task Clients_of_other_products_find_their_path_on_both_listeners()
    {
        var number = 0;
        foreach (var prefix in new[] { "/api/public/otel", "/api/v1/private/otel", "/otel", "/api/v1/otel", "/api/otel", "/otlp", "/api/otlp" })
        {
            foreach (var address in new[] { _app.Address, _app.OtlpAddress! })
            {
                using var answer = await PostAsync(OtlpBodies.ToJson(OtlpBodies.Request(OtlpBodies.Span(++number))), "application/json", null, address, path: prefix + "/v1/traces");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }

        Assert.Equal(number, await CountSpansAsync());
    }

    [Theory]
    [InlineData("/v1/metrics", "application/x-protobuf")]
    [InlineData("/v1/logs", "application/json")]
    [InlineData("/v1/logs", "application/x-protobuf")]
    [InlineData("/api/public/otel/v1/metrics", "application/json")]
    [InlineData("/api/v1/private/otel/v1/logs", "application/x-protobuf")]
    public async Task Metrics_and_logs_succeed_and_are_not_kept(string path, string contentType)
    {
        var logs = OtlpBodies.LogRequest(OtlpBodies.Log("app.started", "\"ready\""));
        using var answer = await PostAsync(contentType.Contains("protobuf", StringComparison.Ordinal) ? OtlpBodies.ToProtobuf(logs) : OtlpBodies.ToJson(logs), contentType, path: path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(contentType, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(contentType.Contains("protobuf", StringComparison.Ordinal) ? "" : "{}", await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(0, await CountSpansAsync());

        using var wrongKey = Message([], contentType, null, _app.Address, false, path);
        wrongKey.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk-wrong");
        using var refused = await _app.Client.SendAsync(wrongKey, Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Theory]
    [InlineData("/v1/logs", OtlpEncoding.Json)]
    [InlineData("/otlp/v1/logs", OtlpEncoding.Protobuf)]
    internal async Task Log_records_that_tell_contents_are_kept_and_bad_ones_counted(string path, OtlpEncoding encoding)
    {
        var bad = OtlpBodies.Log("gen_ai.user.message", """{"content":"when?"}""");
        bad.Remove("timeUnixNano");
        var logs = OtlpBodies.LogRequest(OtlpBodies.Log("gen_ai.user.message", """{"content":"Hi"}"""), bad);
        var body = encoding == OtlpEncoding.Json ? OtlpBodies.ToJson(logs) : OtlpBodies.ToProtobuf(logs);
        using var answer = await PostAsync(body, encoding.MediaType(), path: path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.Contains("timeUnixNano is missing", text, StringComparison.Ordinal);
        Assert.Equal(encoding == OtlpEncoding.Json, text.Contains("\"rejectedLogRecords\":\"1\"", StringComparison.Ordinal));
        Assert.Equal(1, await CountSpansAsync());
        Assert.Contains("\"onlyLogs\":true", await _app.Client.GetStringAsync($"/api/traces/{OtlpBodies.TraceId}", Cancelled), StringComparison.Ordinal);

        await AssertFailureAsync(await PostAsync(OtlpBodies.ToJson(OtlpBodies.Request(OtlpBodies.Span())), "application/json", path: path), OtlpEncoding.Json, HttpStatusCode.BadRequest, 3, "export of traces");
        await AssertFailureAsync(await PostAsync([0xFF], "application/x-protobuf", path: path), OtlpEncoding.Protobuf, HttpStatusCode.BadRequest, 3, "ExportLogsServiceRequest");
    }

    [Theory]
    [InlineData(OtlpEncoding.Json)]
    [InlineData(OtlpEncoding.Protobuf)]
    internal async Task Bad_spans_are_counted_and_named_and_cost_no_other(OtlpEncoding encoding)
    {
        var badTime = OtlpBodies.Span(2);
        badTime["startTimeUnixNano"] = "1764000000";
        badTime["name"] = "wrong unit";
        var badId = OtlpBodies.Span(3);
        badId["traceId"] = "00000000000000000000000000000000";
        var request = OtlpBodies.Request(OtlpBodies.Span(1), badTime, badId, OtlpBodies.Span(4));

        using var answer = await PostAsync(request, encoding);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (rejected, message) = await PartialSuccessAsync(answer, encoding);
        Assert.Equal(2, rejected);
        Assert.Contains($"span #2 {OtlpBodies.TraceId}/0000000000000002 \"wrong unit\": startTimeUnixNano 1764000000 is not between the years 2000 and 2100", message, StringComparison.Ordinal);
        Assert.Contains("span #3 ?/0000000000000003 \"chat\": traceId is all zeros", message, StringComparison.Ordinal);
        Assert.Equal(2, await CountSpansAsync());
    }

    [Theory]
    [InlineData(OtlpEncoding.Json)]
    [InlineData(OtlpEncoding.Protobuf)]
    internal async Task Spans_are_rejected_with_what_they_say_of_their_trace_when_the_store_refuses_that(OtlpEncoding encoding)
    {
        await _app.Get<TraceStore>().WriteAsync(
            (db, ct) => db.Database.ExecuteSqlRawAsync(
                "CREATE TRIGGER refuse BEFORE INSERT ON traces WHEN NEW.user_id = 'refuse me' BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END", ct),
            Cancelled);
        var span = OtlpBodies.Span(1);
        span["attributes"]!.AsArray().Add(new JsonObject { ["key"] = "user.id", ["value"] = new JsonObject { ["stringValue"] = "refuse me" } });

        using var answer = await PostAsync(OtlpBodies.Request(span), encoding);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (rejected, message) = await PartialSuccessAsync(answer, encoding);
        Assert.Equal(1, rejected);
        Assert.Contains(OtlpBodies.TraceId, message, StringComparison.Ordinal);
        Assert.Equal(0, await CountSpansAsync());
    }

    [Theory]
    [InlineData(OtlpEncoding.Json)]
    [InlineData(OtlpEncoding.Protobuf)]
    internal async Task A_body_without_a_good_span_is_refused(OtlpEncoding encoding)
    {
        var bad = OtlpBodies.Span();
        bad["spanId"] = "0102";
        await AssertFailureAsync(await PostAsync(OtlpBodies.Request(bad), encoding), encoding, HttpStatusCode.BadRequest, 3, "spanId has 2 bytes, it must have 8");
    }

    [Theory]
    [InlineData(OtlpEncoding.Json)]
    [InlineData(OtlpEncoding.Protobuf)]
    internal async Task An_empty_export_succeeds(OtlpEncoding encoding)
    {
        using var answer = await PostAsync(new JsonObject { ["resourceSpans"] = new JsonArray() }, encoding);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_malformed_is_refused_in_the_encoding_of_the_request()
    {
        await AssertFailureAsync(await PostAsync("{\"resourceSpans\":[{]}"u8.ToArray(), "application/json"), OtlpEncoding.Json, HttpStatusCode.BadRequest, 3, "not valid JSON");
        await AssertFailureAsync(await PostAsync("[]"u8.ToArray(), "application/json"), OtlpEncoding.Json, HttpStatusCode.BadRequest, 3, "not a JSON object");
        await AssertFailureAsync(await PostAsync([0x0A, 0x7F, 1], "application/x-protobuf"), OtlpEncoding.Protobuf, HttpStatusCode.BadRequest, 3, "truncated");
        await AssertFailureAsync(await PostAsync([1, 2, 3], "application/json", "gzip"), OtlpEncoding.Json, HttpStatusCode.BadRequest, 3, "decompressed");
        var gzip = OtlpBodies.Gzip(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())));
        await AssertFailureAsync(await PostAsync(gzip[..^8], "application/x-protobuf", "gzip"), OtlpEncoding.Protobuf, HttpStatusCode.BadRequest, 3, "truncated");
    }

    [Fact]
    public async Task Unknown_types_and_encodings_are_refused()
    {
        await AssertFailureAsync(await PostAsync([], "text/plain"), OtlpEncoding.Json, HttpStatusCode.UnsupportedMediaType, 3, "application/x-protobuf");
        await AssertFailureAsync(await PostAsync([], null), OtlpEncoding.Json, HttpStatusCode.UnsupportedMediaType, 3, "application/x-protobuf");
        await AssertFailureAsync(await PostAsync([], "application/x-protobuf", "br"), OtlpEncoding.Protobuf, HttpStatusCode.UnsupportedMediaType, 3, "gzip");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_as_it_came_and_inflated()
    {
        await AssertFailureAsync(await PostAsync(new byte[2_000_001], "application/x-protobuf"), OtlpEncoding.Protobuf, HttpStatusCode.RequestEntityTooLarge, 8, "2000001 bytes");
        await AssertFailureAsync(await PostAsync(new byte[2_000_001], "application/json", isChunked: true), OtlpEncoding.Json, HttpStatusCode.RequestEntityTooLarge, 8, "more than 2000000 bytes");
        await AssertFailureAsync(await PostAsync(OtlpBodies.Gzip(new byte[60_000_000]), "application/json", "gzip"), OtlpEncoding.Json, HttpStatusCode.RequestEntityTooLarge, 8, "inflates to more than 2000000 bytes");
    }

    [Fact]
    public async Task Other_signals_get_a_hint()
    {
        var logs = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]}]}]}"u8.ToArray();
        await AssertFailureAsync(await PostAsync(logs, "application/json"), OtlpEncoding.Json, HttpStatusCode.BadRequest, 3, "export of logs");
        var logsProtobuf = OtlpBodies.Message(r => r.Message(1, s => s.Message(2, l => l.Message(2, log =>
        {
            log.Fixed64(1, OtlpBodies.Start);
            log.Message(5, v => v.Bytes(1, "a log line of some length, so that it could be a span"u8));
        }))));
        await AssertFailureAsync(await PostAsync(logsProtobuf, "application/x-protobuf"), OtlpEncoding.Protobuf, HttpStatusCode.BadRequest, 3, "logs or metrics");
    }

    [Fact]
    public async Task Without_room_the_sender_is_told_to_come_again()
    {
        using (_app.Get<Admission>().Hold(8_000_000))
        {
            using var answer = await PostAsync(OtlpBodies.Request(OtlpBodies.Span()), OtlpEncoding.Protobuf);
            Assert.Equal("1", answer.Headers.RetryAfter!.ToString());
            await AssertFailureAsync(answer, OtlpEncoding.Protobuf, HttpStatusCode.ServiceUnavailable, 14, "Ingestion:MaxBytesInFlight");
        }

        using var later = await PostAsync(OtlpBodies.Request(OtlpBodies.Span()), OtlpEncoding.Protobuf);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        Assert.Equal(0, _app.Get<IngestionPipeline>().BytesInFlight);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_in_the_form_of_the_protocol()
    {
        using var message = Message(OtlpBodies.ToProtobuf(OtlpBodies.Request(OtlpBodies.Span())), "application/x-protobuf", null, _app.Address, false);
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk-wrong");
        await AssertFailureAsync(await _app.Client.SendAsync(message, Cancelled), OtlpEncoding.Protobuf, HttpStatusCode.Unauthorized, 16, "key");
    }

    [Fact]
    public async Task A_sender_that_goes_away_is_no_error()
    {
        using (var socket = new TcpClient(_app.Address.Host, _app.Address.Port))
        {
            await socket.GetStream().WriteAsync("POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"res"u8.ToArray(), Cancelled);
            socket.Client.LingerState = new LingerOption(true, 0);
        }

        using var answer = await PostAsync(OtlpBodies.Request(OtlpBodies.Span()), OtlpEncoding.Json);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain(_app.Log.Entries, e => e.Level >= LogLevel.Error);
    }

    private Task<HttpResponseMessage> PostAsync(JsonNode request, OtlpEncoding encoding) =>
        PostAsync(encoding == OtlpEncoding.Json ? OtlpBodies.ToJson(request) : OtlpBodies.ToProtobuf(request), encoding.MediaType());

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string? contentType, string? contentEncoding = null, Uri? address = null, bool isChunked = false, string path = "/v1/traces")
    {
        using var message = Message(body, contentType, contentEncoding, address ?? _app.Address, isChunked, path);
        return await _app.Client.SendAsync(message, Cancelled);
    }

    private static HttpRequestMessage Message(byte[] body, string? contentType, string? contentEncoding, Uri address, bool isChunked, string path = "/v1/traces")
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Content = new ByteArrayContent(body),
        };
        if (contentType is not null)
            message.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (contentEncoding is not null)
            message.Content.Headers.ContentEncoding.Add(contentEncoding);
        message.Headers.TransferEncodingChunked = isChunked;
        return message;
    }

    private Task<int> CountSpansAsync() => _app.Get<TraceStore>().ReadAsync((db, ct) => db.Spans.CountAsync(ct), Cancelled);

    private static async Task AssertFailureAsync(HttpResponseMessage answer, OtlpEncoding encoding, HttpStatusCode statusCode, int code, string message)
    {
        using (answer)
        {
            Assert.Equal(statusCode, answer.StatusCode);
            Assert.Equal(encoding.MediaType(), answer.Content.Headers.ContentType!.MediaType);
            var body = await answer.Content.ReadAsByteArrayAsync(Cancelled);
            var (foundCode, foundMessage) = encoding == OtlpEncoding.Json ? StatusOfJson(body) : NumberAndText(body);
            Assert.Equal(code, foundCode);
            Assert.Contains(message, foundMessage, StringComparison.Ordinal);
        }
    }

    private static (long, string) StatusOfJson(byte[] body)
    {
        var status = JsonNode.Parse(body)!;
        return (status["code"]!.GetValue<long>(), status["message"]!.GetValue<string>());
    }

    internal static async Task<(long Rejected, string Message)> PartialSuccessAsync(HttpResponseMessage answer, OtlpEncoding encoding)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(Cancelled);
        if (encoding == OtlpEncoding.Json)
        {
            var partial = JsonNode.Parse(body)!["partialSuccess"];
            return partial is null ? (0, "") : (long.Parse(partial["rejectedSpans"]!.GetValue<string>(), CultureInfo.InvariantCulture), partial["errorMessage"]!.GetValue<string>());
        }

        var reader = new ProtobufReader(body, 0, body.Length);
        return reader.Next() ? NumberAndText(reader.Bytes) : (0, "");
    }

    private static (long, string) NumberAndText(ReadOnlySpan<byte> message)
    {
        var (number, text) = (0L, "");
        var reader = new ProtobufReader(message, 0, message.Length);
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Varint))
                number = (long)reader.Number;
            else if (reader.Is(2, WireType.Length))
                text = Encoding.UTF8.GetString(reader.Bytes);
        }

        Assert.False(reader.Malformed);
        return (number, text);
    }
}
