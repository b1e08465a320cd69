using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Clients;

/// <summary>Anthropic's SDK for JavaScript, whose own span lies inside that of an instrumentation: each call is told twice.</summary>
public sealed class AnthropicSdkTests
{
    [Theory]
    [InlineData("openinference", "Anthropic Messages")]
    [InlineData("openllmetry", "chat claude-opus-4-6")]
    public async Task A_call_that_the_sdk_and_an_instrumentation_tell_counts_once_with_the_best_of_both(string instrumentation, string name)
    {
        await using var app = await ClientApp.StartAsync();
        var sent = await NodeClient.RunAsync("anthropic.mjs", app.OtlpEnvironment(("INSTRUMENTATION", instrumentation)));

        var traceId = ClientApp.Text(sent, "traceId");
        var own = await app.SpansNamedAsync(traceId, "anthropic.messages.create");
        var (answered, refused) = (own[0], own[1]);
        var usage = new TokenUsage { Input = 700, CacheRead = 200, CacheWrite5m = 60, CacheWrite1h = 40, Output = 120, Rule = UsageRule.InputIncludesCache };
        Assert.Equal((SpanKind.Generation, "anthropic", "claude-opus-4-6", "msg_1", "end_turn", "standard"), (answered.Facts.Kind, answered.Facts.Provider, answered.Facts.Model, answered.Facts.ResponseId, answered.FinishReason, answered.ServiceTier));
        Assert.Equal(usage, answered.Facts.Usage);
        Assert.Equal((SpanStatus.Error, "rate_limit_error"), (refused.Facts.Status, refused.ErrorType));

        var around = (await app.SpansNamedAsync(traceId, name))[0];
        Assert.Equal(around.Facts.SpanId, answered.Facts.ParentSpanId);
        Assert.Equal((700, 200, 100, 120), (around.Facts.Usage!.Input, around.Facts.Usage.CacheRead, around.Facts.Usage.CacheWrite5m, around.Facts.Usage.Output));
        var (input, output) = ClientApp.MessagesOf(around);
        Assert.Equal("user: Where is my parcel? 📦", input[^1]);
        Assert.Equal(["assistant: It is on its way."], output);

        var trace = await app.TraceAsync(traceId);
        Assert.Equal((5, 2, 1000, 200, 120), (trace.SpanCount, trace.ModelCalls, trace.TokensIn, trace.TokensCached, trace.TokensOut));
        Assert.Equal(1, trace.ErrorCount);
        Assert.Equal(0.007375m, trace.Cost); // 700 × 5.00 + 200 × 0.50 + 60 × 6.25 + 40 × 10.00 + 120 × 25.00 USD per million

        await app.AssertThatRepeatsChangeNothingAsync("/v1/traces");
    }
}
