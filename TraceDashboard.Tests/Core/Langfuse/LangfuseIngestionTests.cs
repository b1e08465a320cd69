using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Langfuse;

public sealed class LangfuseIngestionTests : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(new TestAppOptions
    {
        Settings = new Dictionary<string, string?>
        {
            ["Ingestion:MaxBodyBytes"] = "1000000",
            ["Ingestion:MaxBytesInFlight"] = "8000000",
            ["Bootstrap:PublicKey"] = "pk-lf-test",
            ["Bootstrap:SecretKey"] = "sk-lf-test",
        },
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trace_with_a_generation_is_stored_whole_and_sending_it_again_changes_nothing(bool isCompressed)
    {
        var batch = Batch(
            Event("e1", "trace-create", 0, """{"id":"t-1","name":"chat","userId":"u-1","sessionId":"s-1","tags":["b","a"],"metadata":{"k":1},"environment":"prod","release":"r1","version":"v1","input":"Where?"}"""),
            Event("e2", "generation-create", 1, """{"id":"g-1","traceId":"t-1","parentObservationId":"p-1","name":"answer","model":"gpt-4o","startTime":"2026-01-01T00:00:01Z","modelParameters":{"temperature":0},"input":[{"role":"user","content":"Where?"}],"promptName":"p","promptVersion":3}"""),
            Event("e3", "span-create", 0, """{"id":"p-1","traceId":"t-1","name":"step"}"""),
            Event("e4", "generation-update", 5, """{"id":"g-1","traceId":"t-1","endTime":"2026-01-01T00:00:05Z","completionStartTime":"2026-01-01T00:00:02Z","output":"There.","usage":{"input":1000,"output":100}}"""),
            Event("e5", "span-update", 6, """{"id":"p-1","traceId":"t-1","endTime":"2026-01-01T00:00:06Z","level":"ERROR","statusMessage":"late"}"""),
            Event("e6", "sdk-log", 6, """{"log":{"anything":1}}"""));

        TraceDetails? before = null;
        for (var time = 0; time < 2; time++)
        {
            var (status, answer) = await PostAsync(isCompressed ? OtlpBodies.Gzip(Encoding.UTF8.GetBytes(batch)) : Encoding.UTF8.GetBytes(batch), isCompressed);
            Assert.Equal(HttpStatusCode.MultiStatus, status);
            Assert.Empty(answer["errors"]!.AsArray());
            Assert.Equal(["e1", "e2", "e3", "e4", "e5"], answer["successes"]!.AsArray().Select(s => s!["id"]!.GetValue<string>()).Order(StringComparer.Ordinal));
            Assert.All(answer["successes"]!.AsArray(), s => Assert.Equal(201, s!["status"]!.GetValue<int>()));

            var trace = await _app.Get<TraceReader>().GetTraceAsync(1, "t-1", Cancelled);
            if (before is not null)
                Assert.Equivalent(before, trace, strict: true);
            before = trace;
        }

        Assert.Equal(("chat", "u-1", "s-1", "prod", "r1", "v1"), (before!.Name, before.UserId, before.SessionId, before.Environment, before.Release, before.AppVersion));
        Assert.Equal(["a", "b"], before.Tags);
        Assert.Equal("""{"k":1}""", before.MetadataJson);
        Assert.Equal("Where?", before.InputPreview);
        Assert.Equal(0.0035m, before.Cost);
        Assert.Equal((1000, 100), (before.TokensIn, before.TokensOut));
        Assert.Equal(TimeSpan.FromSeconds(1), before.Ttft);
        Assert.Equal(SpanStatus.Error, before.Status);

        var span = await _app.Get<TraceReader>().GetSpanAsync(1, "t-1", "g-1", null, Cancelled);
        Assert.Equal(SpanKind.Generation, span!.Facts.Kind);
        Assert.Equal("p-1", span.Facts.ParentSpanId);
        Assert.Equal("gpt-4o", span.RequestModel);
        Assert.Equal(("p", "3"), (span.PromptName, span.PromptVersion));
        Assert.Equal("""[{"role":"user","content":"Where?"}]""", span.Input);
        Assert.Equal("There.", span.Output);
        Assert.True(span.Streaming);
        Assert.Contains("\"langfuse.observation.model.parameters\":{\"temperature\":0}", span.AttributesJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_event_is_told_by_its_id_and_costs_no_other()
    {
        var batch = Batch(
            Event("good", "trace-create", 0, """{"id":"t-1"}"""),
            Event("bad-name", "trace-create", 0, """{"id":"t-2","name":5}"""),
            Event("bad-level", "span-create", 0, """{"id":"s","traceId":"t-1","level":"LOUD"}"""),
            Event("bad-prompt", "generation-create", 0, """{"id":"s","traceId":"t-1","promptName":"p"}"""),
            Event("bad-type", "nonsense", 0, "{}"),
            Event("long-id", "trace-create", 0, $$"""{"id":"{{new string('x', 801)}}"}"""),
            """{"id":"no-time","type":"trace-create","body":{}}""",
            """{"id":7,"timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{}}""",
            "\"not an event\"",
            Event("internal", "dataset-run-item-create", 0, "{}"),
            $$"""{"id":"deep","timestamp":"2026-01-01T00:00:00Z","type":"trace-create","body":{"metadata":{{new string('[', 200)}}{{new string(']', 200)}} } }""");

        var (status, answer) = await PostAsync(Encoding.UTF8.GetBytes(batch));

        Assert.Equal(HttpStatusCode.MultiStatus, status);
        Assert.Equal("good", Assert.Single(answer["successes"]!.AsArray())!["id"]!.GetValue<string>());
        var errors = answer["errors"]!.AsArray().Select(e => (Id: e!["id"]!.GetValue<string>(), Error: e["error"]!.GetValue<string>())).ToList();
        Assert.All(answer["errors"]!.AsArray(), e => Assert.Equal((400, "Invalid request data"), (e!["status"]!.GetValue<int>(), e["message"]!.GetValue<string>())));
        Assert.Equal(["bad-level", "bad-name", "bad-prompt", "bad-type", "internal", "long-id", "no-time", "unknown", "unknown", "unknown"], errors.Select(e => e.Id).Order(StringComparer.Ordinal));
        Assert.Contains(errors, e => e == ("bad-name", "body.name must be a text."));
        Assert.Contains(errors, e => e.Id == "bad-level" && e.Error.Contains("DEBUG, DEFAULT, WARNING or ERROR", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Id == "bad-prompt" && e.Error.Contains("promptVersion", StringComparison.Ordinal));
        Assert.Equal(1, await _app.Get<TraceStore>().ReadAsync((db, ct) => db.Traces.CountAsync(ct), Cancelled));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"batch\":{}}")]
    [InlineData("{\"batch\":[}")]
    [InlineData("{\"batch\":[]} x")]
    public async Task A_body_that_is_no_batch_is_refused(string body)
    {
        var (status, answer) = await PostAsync(Encoding.UTF8.GetBytes(body));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("Invalid request data", answer["message"]!.GetValue<string>());
        Assert.Single(answer["errors"]!.AsArray());
    }

    [Fact]
    public async Task An_empty_batch_succeeds()
    {
        var (status, answer) = await PostAsync("""{"batch":[],"metadata":{"sdk_name":"test"}}"""u8.ToArray());
        Assert.Equal(HttpStatusCode.MultiStatus, status);
        Assert.Equal("""{"successes":[],"errors":[]}""", answer.ToJsonString());
    }

    [Fact]
    public async Task Limits_overload_and_keys_are_answered_in_the_form_of_the_api()
    {
        var (status, answer) = await PostAsync(new byte[1_000_001]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains("Ingestion:MaxBodyBytes", answer["message"]!.GetValue<string>(), StringComparison.Ordinal);

        using (_app.Get<Admission>().Hold(8_000_000))
        {
            (status, answer) = await PostAsync("""{"batch":[]}"""u8.ToArray());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("Ingestion:MaxBytesInFlight", answer["message"]!.GetValue<string>(), StringComparison.Ordinal);
        }

        (status, answer) = await PostAsync("""{"batch":[]}"""u8.ToArray(), keys: "pk-lf-test:sk-lf-wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("UnauthorizedError", answer["error"]!.GetValue<string>());
        Assert.Equal(0, _app.Get<IngestionPipeline>().BytesInFlight);
    }

    [Fact]
    public async Task Text_that_cannot_be_stored_is_cleaned()
    {
        var (status, answer) = await PostAsync(Encoding.UTF8.GetBytes(Batch(Event("e", "span-create", 0, """{"id":"s\u0000","traceId":"t","name":"a\ud800b","input":{"x":"\u0000y"}}"""))));
        Assert.Equal(HttpStatusCode.MultiStatus, status);
        Assert.Empty(answer["errors"]!.AsArray());
        var span = await _app.Get<TraceReader>().GetSpanAsync(1, "t", "s", null, Cancelled);
        Assert.Equal("a\uFFFDb", span!.Facts.Name);
        Assert.Equal("""{"x":"y"}""", span.Input);
    }

    private static string Batch(params string[] events) => $$"""{"batch":[{{string.Join(',', events)}}],"metadata":{"sdk_name":"test"} }""";

    private static string Event(string id, string type, int second, string body) =>
        $$"""{"id":"{{id}}","timestamp":"2026-01-01T00:00:{{second:00}}.000Z","type":"{{type}}","body":{{body}} }""";

    // The events are sent an hour after what they tell.
    [Theory]
    [InlineData("""{"id":"s","traceId":"t","endTime":"2025-12-31T23:00:00Z"}""")]
    [InlineData("""{"id":"s","traceId":"t","startTime":"2025-12-31T23:00:00Z","endTime":"2025-12-31T22:00:00Z"}""")]
    public async Task What_ends_before_it_begins_takes_no_time(string body)
    {
        await PostAsync(Encoding.UTF8.GetBytes(Batch(Event("e", "span-create", 0, body))));

        var span = await _app.Get<TraceReader>().GetSpanAsync(1, "t", "s", null, Cancelled);
        var trace = await _app.Get<TraceReader>().GetTraceAsync(1, "t", Cancelled);

        var end = UnixNanos.FromDateTimeOffset(new DateTimeOffset(2025, 12, 31, 23, 0, 0, TimeSpan.Zero));
        Assert.Equal((end, end), (span!.Facts.StartTime, span.Facts.EndTime));
        Assert.Equal(trace!.StartTime, trace.EndTime);
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(byte[] body, bool isCompressed = false, string keys = "pk-lf-test:sk-lf-test")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/public/ingestion") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (isCompressed)
            request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(keys)));
        using var response = await _app.Client.SendAsync(request, Cancelled);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancelled))!);
    }
}
