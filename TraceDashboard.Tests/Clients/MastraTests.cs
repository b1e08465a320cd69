using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Clients;

/// <summary>An agent of Mastra with its exporter for OpenTelemetry.</summary>
public sealed class MastraTests
{
    [Fact]
    public async Task What_it_sends_is_stored_whole_and_sending_it_again_changes_nothing()
    {
        await using var app = await ClientApp.StartAsync();
        var sent = await NodeClient.RunAsync("mastra.mjs", new Dictionary<string, string>
        {
            ["OTLP_TRACES"] = new Uri(app.Address, "/v1/traces").ToString(),
            ["OTLP_KEY"] = ClientApp.SecretKey,
        });

        var traceId = ClientApp.Text(sent, "traceId");
        var trace = await app.TraceAsync(traceId);
        Assert.Equal(("invoke_agent helper", "s-1", "u-1"), (trace.Name, trace.SessionId, trace.UserId));
        Assert.Equal(["beta", "shop"], trace.Tags);
        Assert.Equal(("Where is my parcel? 📦", "It is on its way."), (trace.InputPreview, trace.OutputPreview));
        Assert.Equal((2, 0), (trace.ModelCalls, trace.ErrorCount));
        Assert.Equal((2000, 800, 200), (trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(0.006m, trace.Cost); // twice 600 × 2.50 + 400 × 1.25 + 100 × 10.00 USD per million

        var agent = Assert.Single(await app.SpansNamedAsync(traceId, "invoke_agent helper"));
        Assert.Equal((SpanKind.Agent, "helper"), (agent.Facts.Kind, agent.AgentName));
        var calls = await app.SpansNamedAsync(traceId, "chat gpt-4o");
        Assert.Equal(2, calls.Count);
        Assert.All(calls, c =>
        {
            Assert.Equal((SpanKind.Generation, "openai", "gpt-4o-2024-08-06", true), (c.Facts.Kind, c.Facts.Provider, c.Facts.Model, c.Facts.Counted));
            Assert.Equal(new TokenUsage { Input = 600, CacheRead = 400, Output = 60, Reasoning = 40, Rule = UsageRule.InputIncludesCache }, c.Facts.Usage);
            // The second call repeats the moment at which the first one's answer began.
            Assert.True(c.Facts.FirstTokenTime is null || (c.Facts.StartTime <= c.Facts.FirstTokenTime && c.Facts.FirstTokenTime <= c.Facts.EndTime));
        });
        Assert.NotNull(calls[0].Facts.FirstTokenTime);
        Assert.Null(calls[1].Facts.FirstTokenTime);

        var steps = await app.SpansNamedAsync(traceId, "agent_step helper");
        Assert.Equal([SpanKind.Chain, SpanKind.Chain], steps.Select(s => s.Facts.Kind));
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦"], ClientApp.MessagesOf(steps[0]).Input);
        Assert.All(await app.SpansNamedAsync(traceId, "model_chunk helper"), c => Assert.Equal(SpanKind.Span, c.Facts.Kind));
        Assert.Equal(SpanKind.Chain, Assert.Single(await app.SpansNamedAsync(traceId, "model_generation gpt-4o")).Facts.Kind);
        var tool = Assert.Single(await app.SpansNamedAsync(traceId, "find_parcel"));
        Assert.Equal((SpanKind.Tool, "call-1", """{"order":7}""", """{"status":"shipped"}"""), (tool.Facts.Kind, tool.ToolCallId, tool.Input, tool.Output));

        await app.AssertThatRepeatsChangeNothingAsync("/v1/traces");
    }
}
