using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

/// <summary>A program that is instrumented with the real SDK and exports over a real connection.</summary>
public sealed class OpenTelemetrySdkTests
{
    [Theory]
    [InlineData(OtlpExportCompression.None)]
    [InlineData(OtlpExportCompression.GZip)]
    public async Task What_the_sdk_exports_is_read_whole(OtlpExportCompression compression)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions { OtlpListener = true });
        using var source = new ActivitySource("Shop.Assistant" + compression, "2.0");
        string traceId, spanId;
        using (var provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .ConfigureResource(r => r.AddService("shop", serviceVersion: "3.1"))
            .AddOtlpExporter(o =>
            {
                o.Endpoint = new Uri(app.OtlpAddress!, "/v1/traces");
                o.Protocol = OtlpExportProtocol.HttpProtobuf;
                o.Compression = compression;
            })
            .Build())
        {
            using (var root = source.StartActivity("invoke_agent helper")!)
            {
                root.SetTag("gen_ai.operation.name", "invoke_agent");
                root.SetTag("session.id", "s-1");
                traceId = root.TraceId.ToHexString();
                using var call = source.StartActivity("chat gpt-4o", ActivityKind.Client)!;
                spanId = call.SpanId.ToHexString();
                call.SetTag("gen_ai.operation.name", "chat");
                call.SetTag("gen_ai.provider.name", "openai");
                call.SetTag("gen_ai.request.model", "gpt-4o");
                call.SetTag("gen_ai.usage.input_tokens", 1000);
                call.SetTag("gen_ai.usage.output_tokens", 100);
                call.SetTag("gen_ai.response.finish_reasons", new[] { "stop" });
                call.SetTag("gen_ai.input.messages", """[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]""");
                call.SetTag("ratio", 2.0);
                call.AddEvent(new ActivityEvent("retry", tags: new ActivityTagsCollection { ["attempt"] = 2 }));
                call.AddException(new InvalidOperationException("boom"));
                call.SetStatus(ActivityStatusCode.Error);
            }

            Assert.True(provider.ForceFlush(30_000));
        }

        var reader = app.Get<TraceReader>();
        var trace = await reader.GetTraceAsync(1, traceId, TestContext.Current.CancellationToken);
        var span = await reader.GetSpanAsync(1, traceId, spanId, null, TestContext.Current.CancellationToken);
        Assert.Equal("invoke_agent helper", trace!.Name);
        Assert.Equal("s-1", trace.SessionId);
        Assert.Equal("3.1", trace.Release);
        Assert.Equal(2, trace.SpanCount);
        Assert.Equal(TraceDashboard.Core.Traces.SpanKind.Generation, span!.Facts.Kind);
        Assert.Equal(SpanStatus.Error, span.Facts.Status);
        Assert.Equal(1000, span.Facts.Usage!.InputTotal);
        Assert.Equal(100, span.Facts.Usage.OutputTotal);
        Assert.Equal("stop", span.FinishReason);
        Assert.Equal("boom", span.StatusMessage);
        Assert.Equal("System.InvalidOperationException", span.ErrorType);
        Assert.Equal("shop", span.ServiceName);
        Assert.Equal("""[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]""", span.Input);
        Assert.Contains("\"ratio\":2.0", span.AttributesJson, StringComparison.Ordinal);
        Assert.DoesNotContain("gen_ai.input.messages", span.AttributesJson, StringComparison.Ordinal);
        Assert.Contains("\"attributes\":{\"attempt\":2}", span.EventsJson, StringComparison.Ordinal);
        Assert.Contains($"\"name\":\"{source.Name}\",\"version\":\"2.0\"", span.OriginJson, StringComparison.Ordinal);
    }
}
