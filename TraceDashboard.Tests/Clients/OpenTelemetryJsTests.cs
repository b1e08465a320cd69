using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Clients;

/// <summary>OpenTelemetry's SDK for Node.js, in each of its protocols.</summary>
public sealed class OpenTelemetryJsTests
{
    [Theory]
    [InlineData("http/json", "none", "/v1/traces")]
    [InlineData("http/protobuf", "gzip", "/v1/traces")]
    [InlineData("grpc", "gzip", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    public async Task What_it_sends_is_stored_whole_and_sending_it_again_changes_nothing(string protocol, string compression, string path)
    {
        await using var app = await ClientApp.StartAsync();
        var sent = await NodeClient.RunAsync("opentelemetry.mjs", app.OtlpEnvironment(protocol, ("OTEL_EXPORTER_OTLP_COMPRESSION", compression)));

        var traceId = ClientApp.Text(sent, "traceId");
        var trace = await app.TraceAsync(traceId);
        Assert.Equal("invoke_agent helper", trace.Name);
        Assert.Equal(("s-1", "u-1"), (trace.SessionId, trace.UserId));
        Assert.Equal(["beta", "shop"], trace.Tags);
        Assert.Equal((4, 1, 2, 0), (trace.SpanCount, trace.ErrorCount, trace.ModelCalls, trace.UnpricedCalls));
        Assert.Equal((1000, 400, 100), (trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(0.003m, trace.Cost);
        Assert.Equal(TimeSpan.FromMilliseconds(250), trace.Ttft);

        var root = await app.SpanAsync(traceId, ClientApp.Text(sent, "root"));
        Assert.Null(root.Facts.ParentSpanId);
        Assert.Equal((SpanKind.Agent, "helper", "shop"), (root.Facts.Kind, root.AgentName, root.ServiceName));

        var call = await app.SpanAsync(traceId, ClientApp.Text(sent, "call"));
        Assert.Equal(root.Facts.SpanId, call.Facts.ParentSpanId);
        Assert.Equal((SpanKind.Generation, "openai", "gpt-4o", "gpt-4o-2024-08-06"), (call.Facts.Kind, call.Facts.Provider, call.RequestModel, call.ResponseModel));
        Assert.Equal(new TokenUsage { Input = 600, CacheRead = 400, Output = 60, Reasoning = 40, Rule = UsageRule.InputIncludesCache }, call.Facts.Usage);
        Assert.Equal(CostSource.Computed, call.Facts.Cost.Source);
        Assert.Equal(0.003m, call.Facts.Cost.Amount); // 600 × 2.50 + 400 × 1.25 + 100 × 10.00 USD per million
        Assert.Equal(sent["asked"]!.GetValue<long>() * UnixNanos.PerMillisecond, call.Facts.StartTime);
        Assert.Equal(2_000 * UnixNanos.PerMillisecond, call.Facts.EndTime - call.Facts.StartTime);
        Assert.Equal(250 * UnixNanos.PerMillisecond, call.Facts.FirstTokenTime - call.Facts.StartTime);
        Assert.Equal(("resp-1", true, "tool_call"), (call.Facts.ResponseId, call.Streaming, call.FinishReason));
        var (input, output) = ClientApp.MessagesOf(call);
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦"], input);
        Assert.Equal(["""assistant: find_parcel#call-1({"order":7})"""], output);

        var tool = await app.SpanAsync(traceId, ClientApp.Text(sent, "tool"));
        Assert.Equal(root.Facts.SpanId, tool.Facts.ParentSpanId);
        Assert.Equal((SpanKind.Tool, "find_parcel", "call-1"), (tool.Facts.Kind, tool.ToolName, tool.ToolCallId));
        Assert.Equal(("""{"order":7}""", """{"status":"shipped"}"""), (tool.Input, tool.Output));

        var failed = await app.SpanAsync(traceId, ClientApp.Text(sent, "failed"));
        Assert.Equal((SpanStatus.Error, "RangeError", "429"), (failed.Facts.Status, failed.ErrorType, failed.StatusMessage));
        Assert.Contains("too many requests", failed.EventsJson, StringComparison.Ordinal);
        Assert.Equal(CostSource.Refused, failed.Facts.Cost.Source);

        await app.AssertThatRepeatsChangeNothingAsync(path);
    }
}
