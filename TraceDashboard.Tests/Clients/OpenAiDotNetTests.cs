using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using TraceDashboard.Core.Traces;
using SpanKind = TraceDashboard.Core.Traces.SpanKind;

namespace TraceDashboard.Tests.Clients;

/// <summary>Microsoft.Extensions.AI around OpenAI's SDK for .NET, which has spans of its own: each call is told twice.</summary>
public sealed class OpenAiDotNetTests
{
    [Fact]
    public async Task A_call_that_both_tell_counts_once_with_the_best_of_both()
    {
        await using var app = await ClientApp.StartAsync();
        var traceId = await RunAsync(new Uri(app.Address, "/v1/traces"));

        var trace = await app.TraceAsync(traceId);
        Assert.Equal((5, 2, 1), (trace.SpanCount, trace.ModelCalls, trace.ErrorCount));
        Assert.Equal((1000, 400, 100), (trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(0.003m, trace.Cost); // 600 × 2.50 + 400 × 1.25 + 100 × 10.00 USD per million

        var calls = await app.SpansNamedAsync(traceId, "chat gpt-4o");
        Assert.Equal(2, calls.Count);
        Assert.Equal(calls[0].Facts.SpanId, calls[1].Facts.ParentSpanId);
        Assert.All(calls, c => Assert.Equal((SpanKind.Generation, "openai", "chatcmpl-1", 1000L, 100L), (c.Facts.Kind, c.Facts.Provider, c.Facts.ResponseId, c.Facts.Usage!.InputTotal, c.Facts.Usage.OutputTotal)));
        Assert.Equal([1], calls.Select(c => c.Facts.Counted ? 1 : 0).Where(n => n == 1));
        var refused = await app.SpansNamedAsync(traceId, "chat overloaded");
        Assert.All(refused, c => Assert.Equal(SpanStatus.Error, c.Facts.Status));

        await app.AssertThatRepeatsChangeNothingAsync("/v1/traces");
    }

    private static async Task<string> RunAsync(Uri endpoint)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        AppContext.SetSwitch("OpenAI.Experimental.EnableOpenTelemetry", true);
        using var provider = new HttpClient(new Provider());
        using var source = new ActivitySource("Shop");
        using var tracing = Sdk.CreateTracerProviderBuilder()
            .AddSource("Shop", "Experimental.Microsoft.Extensions.AI", "OpenAI.*")
            .AddOtlpExporter(o => (o.Endpoint, o.Protocol, o.Headers, o.TimeoutMilliseconds) = (endpoint, OtlpExportProtocol.HttpProtobuf, "x-api-key=" + ClientApp.SecretKey, 30_000))
            .Build();
        var openAi = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions { Transport = new HttpClientPipelineTransport(provider), RetryPolicy = new ClientRetryPolicy(0) });

        using var request = source.StartActivity("support")!;
        Assert.Equal("It is on its way.", (await ClientOf("gpt-4o").GetResponseAsync("Where is my parcel? 📦", cancellationToken: cancellationToken)).Text);
        await Assert.ThrowsAsync<ClientResultException>(() => ClientOf("overloaded").GetResponseAsync("Where is my parcel? 📦", cancellationToken: cancellationToken));
        request.Stop();
        Assert.True(tracing.ForceFlush(30_000));
        return request.TraceId.ToHexString();

        IChatClient ClientOf(string model) => new ChatClientBuilder(openAi.GetChatClient(model).AsIChatClient()).UseOpenTelemetry(configure: o => o.EnableSensitiveData = true).Build();
    }

    /// <summary>Plays OpenAI: answers one question, and refuses a model that is called "overloaded".</summary>
    private sealed class Provider : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            return asked.Contains("overloaded", StringComparison.Ordinal)
                ? Answer(HttpStatusCode.TooManyRequests, """{"error":{"message":"too many requests","type":"rate_limit_error","code":"rate_limited"}}""")
                : Answer(HttpStatusCode.OK, """
                    {"id":"chatcmpl-1","object":"chat.completion","created":1764000000,"model":"gpt-4o-2024-08-06",
                     "choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"It is on its way."}}],
                     "usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":400},"completion_tokens_details":{"reasoning_tokens":40}}}
                    """);
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string json) => new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
    }
}
