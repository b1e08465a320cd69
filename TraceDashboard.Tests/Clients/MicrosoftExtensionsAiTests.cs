using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TraceDashboard.Core.Traces;
using SpanKind = TraceDashboard.Core.Traces.SpanKind;

namespace TraceDashboard.Tests.Clients;

/// <summary>Microsoft.Extensions.AI around a model, exported with OpenTelemetry's SDK for .NET in both of its protocols.</summary>
public sealed class MicrosoftExtensionsAiTests
{
    [Theory]
    [InlineData(OtlpExportProtocol.HttpProtobuf, "/v1/traces")]
    [InlineData(OtlpExportProtocol.Grpc, "/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    public async Task What_it_sends_is_stored_whole_and_sending_it_again_changes_nothing(OtlpExportProtocol protocol, string path)
    {
        await using var app = await ClientApp.StartAsync();
        var endpoint = protocol == OtlpExportProtocol.Grpc ? app.GrpcAddress : new Uri(app.Address, "/v1/traces");
        var (traceId, rootId) = await RunAsync(endpoint, protocol, ClientApp.SecretKey, new ScriptedChatClient());

        var trace = await app.TraceAsync(traceId);
        Assert.Equal(("support", "s-1", "u-1"), (trace.Name, trace.SessionId, trace.UserId));
        Assert.Equal(["beta", "shop"], trace.Tags);
        Assert.Equal((3, 0), (trace.ModelCalls, trace.UnpricedCalls));
        Assert.Equal((1200, 400, 110), (trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(0.0036m, trace.Cost);

        var calls = await app.SpansNamedAsync(traceId, "chat gpt-4o");
        Assert.Equal(3, calls.Count);
        var (first, second, failed) = (calls[0], calls[1], calls[2]);
        Assert.All(calls, c => Assert.Equal((SpanKind.Generation, "openai", "gpt-4o"), (c.Facts.Kind, c.Facts.Provider, c.RequestModel)));
        Assert.Equal(new TokenUsage { Input = 600, CacheRead = 400, Output = 60, Reasoning = 40, Rule = UsageRule.InputIncludesCache }, first.Facts.Usage);
        Assert.Equal((0.003m, CostSource.Computed), (first.Facts.Cost.Amount, first.Facts.Cost.Source)); // 600 × 2.50 + 400 × 1.25 + 100 × 10.00 USD per million
        Assert.Equal((200, 10), (second.Facts.Usage!.InputTotal, second.Facts.Usage.OutputTotal));
        Assert.Equal(0.0006m, second.Facts.Cost.Amount);
        Assert.Equal(("resp-1", "gpt-4o-2024-08-06", "tool_calls", true), (first.Facts.ResponseId, first.ResponseModel, first.FinishReason, first.Streaming));
        var ttft = JsonNode.Parse(first.AttributesJson!)!["gen_ai.response.time_to_first_chunk"]!.GetValue<decimal>();
        Assert.Equal(ttft, (first.Facts.FirstTokenTime - first.Facts.StartTime) / 1e9m);
        Assert.InRange(first.Facts.FirstTokenTime!.Value, first.Facts.StartTime!.Value + 1, first.Facts.EndTime!.Value);
        Assert.Equal((double)ttft, trace.Ttft!.Value.TotalSeconds, 0.001);
        var (input, output) = ClientApp.MessagesOf(first);
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦"], input);
        Assert.Equal(["""assistant: find_parcel#call-1({"order":7})"""], output);
        (input, output) = ClientApp.MessagesOf(second);
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦", """assistant: find_parcel#call-1({"order":7})""", "tool: #call-1 = shipped"], input);
        Assert.Equal(["assistant: It is on its way."], output);

        Assert.Equal((SpanStatus.Error, "System.TimeoutException", "the model did not answer"), (failed.Facts.Status, failed.ErrorType, failed.StatusMessage));
        Assert.Equal(CostSource.Refused, failed.Facts.Cost.Source);

        var tool = Assert.Single(await app.SpansNamedAsync(traceId, "find_parcel"));
        Assert.Equal((SpanKind.Tool, "find_parcel", "call-1"), (tool.Facts.Kind, tool.ToolName, tool.ToolCallId));
        Assert.Equal(("""{"order":7}""", "\"shipped\""), (JsonNode.Parse(tool.Input!)!.ToJsonString(), tool.Output));

        // The library wraps the calls of one question and their tools in a span of its own.
        var question = await app.SpanAsync(traceId, first.Facts.ParentSpanId!);
        Assert.Equal((SpanKind.Chain, rootId), (question.Facts.Kind, question.Facts.ParentSpanId));
        Assert.Equal(question.Facts.SpanId, second.Facts.ParentSpanId);
        Assert.Equal(question.Facts.SpanId, tool.Facts.ParentSpanId);

        await app.AssertThatRepeatsChangeNothingAsync(path);
    }

    private static async Task<(string TraceId, string RootId)> RunAsync(Uri endpoint, OtlpExportProtocol protocol, string key, IChatClient model)
    {
        var cancellationToken = TestContext.Current.CancellationToken;

        // snippet
        using var source = new ActivitySource("Shop");
        using var tracing = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(r => r.AddService("shop"))
            .AddSource("Shop", "Experimental.Microsoft.Extensions.AI")
            .AddOtlpExporter(o => (o.Endpoint, o.Protocol, o.Headers) = (endpoint, protocol, "x-api-key=" + key))
            .Build();
        using var client = new ChatClientBuilder(model)
            .UseFunctionInvocation()
            .UseOpenTelemetry(configure: o => o.EnableSensitiveData = true) // prompts and answers, too
            .Build();

        using var request = source.StartActivity("support")!;
        request.SetTag("session.id", "s-1").SetTag("user.id", "u-1").SetTag("tag.tags", new[] { "beta", "shop" });
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create((int order) => "shipped", "find_parcel")] };
        var messages = new List<ChatMessage> { new(ChatRole.System, "You help."), new(ChatRole.User, "Where is my parcel? 📦") };
        var answer = await client.GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);
        // end

        Assert.Equal("It is on its way.", answer.Text);
        await Assert.ThrowsAsync<TimeoutException>(() => client.GetResponseAsync(messages, options, cancellationToken));
        request.Stop();
        Assert.True(tracing.ForceFlush(30_000));
        return (request.TraceId.ToHexString(), request.SpanId.ToHexString());
    }
}
