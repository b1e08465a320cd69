using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Clients;

/// <summary>OpenTelemetry's own instrumentation of OpenAI's SDK, which tells prompts and answers as log records.</summary>
public sealed class OpenAiJsTests
{
    [Theory]
    [InlineData("http/json", "/v1/logs")]
    [InlineData("grpc", "/opentelemetry.proto.collector.logs.v1.LogsService/Export")]
    public async Task Prompts_and_answers_that_come_as_log_records_are_those_of_their_span(string protocol, string path)
    {
        await using var app = await ClientApp.StartAsync();
        var sent = await NodeClient.RunAsync("openai.mjs", app.OtlpEnvironment(protocol, ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true")));

        var traceId = ClientApp.Text(sent, "traceId");
        var trace = await app.TraceAsync(traceId);
        Assert.Equal((3, 2, 2000, 200), (trace.SpanCount, trace.ModelCalls, trace.TokensIn, trace.TokensOut));
        Assert.Equal(TraceActivity.Finished, trace.Activity);

        var calls = await app.SpansNamedAsync(traceId, "chat gpt-4o");
        Assert.All(calls, c => Assert.Equal((SpanKind.Generation, "openai", "gpt-4o-2024-08-06"), (c.Facts.Kind, c.Facts.Provider, c.Facts.Model)));
        var (asked, answered) = (ClientApp.MessagesOf(calls[0]), ClientApp.MessagesOf(calls[1]));
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦"], asked.Input);
        Assert.Equal(["""assistant: find_parcel#call-1({"order":7})"""], asked.Output);
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦", """assistant: find_parcel#call-1({"order":7})""", "tool: #call-1 = shipped"], answered.Input);
        Assert.Equal(["assistant: It is on its way."], answered.Output);

        await app.AssertThatRepeatsChangeNothingAsync(path);
    }
}
