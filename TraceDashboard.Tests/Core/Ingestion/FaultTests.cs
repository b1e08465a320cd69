using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Tests.Core.Ingestion.Otlp;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion;

/// <summary>A bug of ours costs nobody what they send: they are told to come again, over gRPC in <see cref="OtlpGrpcTests"/>.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(new TestAppOptions { Services = FaultyOptions.AddTo });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("/v1/traces", "application/json", """{"resourceSpans":[]}""", "code")]
    [InlineData("/v1/logs", "application/json", """{"resourceLogs":[]}""", "code")]
    [InlineData("/v1/traces", "application/x-protobuf", "", null)]
    [InlineData("/api/traces/start", "application/json", """{"traceId":"t"}""", "title")]
    [InlineData("/api/traces/t/complete", "application/json", "{}", "title")]
    [InlineData("/api/public/ingestion", "application/json", """{"batch":[]}""", "error")]
    [InlineData("/api/public/scores", "application/json", """{"traceId":"t","name":"quality","value":1}""", "error")]
    public async Task A_fault_before_anything_is_stored_is_503_in_the_form_of_the_protocol_and_an_error_in_the_log(string path, string type, string body, string? field)
    {
        var options = (FaultyOptions)_app.Get<IOptions<IngestionOptions>>();
        options.ThrowsAt = 1;

        using var answer = await SendAsync();
        var text = await answer.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.DoesNotContain("SELECT", text, StringComparison.Ordinal);
        if (field is null)
            Assert.StartsWith("\x08\x0E\x12", text, StringComparison.Ordinal); // google.rpc.Status: UNAVAILABLE, and the message
        else
            Assert.NotNull(JsonNode.Parse(text)![field]);
        var error = Assert.Single(_app.Log.Entries, e => e.Level == LogLevel.Error);
        Assert.IsType<InvalidTimeZoneException>(error.Exception);
        using var again = await SendAsync();
        Assert.True(again.IsSuccessStatusCode, await again.Content.ReadAsStringAsync(Cancel));

        async Task<HttpResponseMessage> SendAsync()
        {
            using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
            return await _app.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        }
    }
}
