using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Clients;

/// <summary>LangSmith's client for JavaScript, which tells its runs as spans.</summary>
public sealed class LangSmithTests
{
    [Fact]
    public async Task What_it_sends_is_stored_whole_and_sending_it_again_changes_nothing()
    {
        await using var app = await ClientApp.StartAsync();
        var sent = await NodeClient.RunAsync("langsmith.mjs", app.OtlpEnvironment(("LANGSMITH_TRACING", "true"), ("LANGSMITH_OTEL_ENABLED", "true"), ("LANGSMITH_API_KEY", "none")));

        var traceId = ClientApp.Text(sent, "traceId");
        var trace = await app.TraceAsync(traceId);
        Assert.Equal(("support", "s-1", "u-1"), (trace.Name, trace.SessionId, trace.UserId));
        Assert.Equal(["beta", "shop"], trace.Tags);
        Assert.Equal((5, 1, 2), (trace.SpanCount, trace.ErrorCount, trace.ModelCalls));
        Assert.Equal((1000, 400, 100), (trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(0.003m, trace.Cost); // 600 × 2.50 + 400 × 1.25 + 100 × 10.00 USD per million

        var root = Assert.Single(await app.SpansNamedAsync(traceId, "support"));
        Assert.Equal((SpanKind.Chain, null), (root.Facts.Kind, root.Facts.Provider));
        var tool = Assert.Single(await app.SpansNamedAsync(traceId, "find_parcel"));
        Assert.Equal((SpanKind.Tool, "find_parcel", """{"input":7}""", """{"order":7,"status":"shipped"}"""), (tool.Facts.Kind, tool.ToolName, tool.Input, tool.Output));
        var search = Assert.Single(await app.SpansNamedAsync(traceId, "search"));
        Assert.Equal(SpanKind.Retriever, search.Facts.Kind);

        var calls = await app.SpansNamedAsync(traceId, "ChatOpenAI");
        var (refused, answered) = (calls[0], calls[1]);
        Assert.Equal((SpanKind.Generation, "openai", SpanStatus.Error), (refused.Facts.Kind, refused.Facts.Provider, refused.Facts.Status));
        Assert.Contains("too many requests", refused.StatusMessage, StringComparison.Ordinal);
        Assert.Equal((SpanKind.Generation, "openai", "gpt-4o", "gpt-4o-2024-08-06", "stop"), (answered.Facts.Kind, answered.Facts.Provider, answered.RequestModel, answered.ResponseModel, answered.FinishReason));
        Assert.Equal(new TokenUsage { Input = 600, CacheRead = 400, Output = 60, Reasoning = 40, Rule = UsageRule.InputIncludesCache }, answered.Facts.Usage);
        var (input, output) = ClientApp.MessagesOf(answered);
        Assert.Equal(["system: You help.", "user: Where is my parcel? 📦"], input);
        Assert.Equal(["assistant: It is on its way."], output);

        await app.AssertThatRepeatsChangeNothingAsync("/v1/traces");
    }
}
