using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Traces;

public class LayeredCallTests
{
    [Fact]
    public void Input_and_output_are_each_taken_from_who_splits_them_up()
    {
        var call = LayeredCall.Of(
        [
            Span() with { Usage = new() { Input = 1000, Output = 70, Reasoning = 50, Rule = UsageRule.InputIncludesCache } },
            Span() with { Usage = new() { Input = 600, CacheRead = 400, Output = 120, Rule = UsageRule.InputExcludesCache } },
            Span(),
        ]);

        Assert.Equal(new TokenUsage { Input = 600, CacheRead = 400, Output = 70, Reasoning = 50, Rule = UsageRule.InputExcludesCache }, call.Usage);
    }

    [Fact]
    public void A_write_told_by_its_lifetime_says_more_than_a_write() =>
        Assert.Equal(300, LayeredCall.Of(
        [
            Span() with { Usage = new() { Input = 600, CacheWrite5m = 400, Output = 9 } },
            Span() with { Usage = new() { Input = 600, CacheWrite5m = 100, CacheWrite1h = 300, Output = 9 } },
        ]).Usage!.CacheWrite1h);

    [Fact]
    public void A_split_says_more_than_a_total() =>
        Assert.Equal(new TokenUsage { Input = 100, Output = 20, Other = """{"searches":3}""" }, LayeredCall.Of(
        [
            Span() with { Usage = new() { Unsplit = 120, Other = """{"searches":3}""" } },
            Span() with { Usage = new() { Input = 100, Output = 20 } },
        ]).Usage);

    [Fact]
    public void What_the_counting_span_does_not_say_the_next_one_outwards_does()
    {
        var call = LayeredCall.Of(
        [
            Span() with { Model = "m", Provider = null, Status = SpanStatus.Ok, FirstTokenTime = null },
            Span() with { Model = "other", Provider = "openai", ServiceTier = "flex", FirstTokenTime = 7, Cost = new Cost(0.5m, CostSource.Reported) },
            Span() with { Provider = "azure", Status = SpanStatus.Error },
        ]);

        Assert.Equal(("m", "openai", "flex", 7L, SpanStatus.Error, 0.5m), (call.Model, call.Provider, call.ServiceTier, call.FirstTokenTime, call.Status, call.Cost.Amount));
    }

    [Fact]
    public void A_call_was_refused_when_all_of_its_layers_were()
    {
        Assert.Equal(Cost.Refused, LayeredCall.Of([Span() with { Cost = Cost.Refused }, Span() with { Cost = Cost.Refused }]).Cost);
        Assert.Equal(Cost.Unknown, LayeredCall.Of([Span() with { Cost = Cost.Refused }, Span()]).Cost);
        Assert.Equal(Cost.Unknown, LayeredCall.Of([Span() with { Cost = Cost.Refused }, Span() with { Cost = Cost.Refused, Usage = new() { Input = 1 } }]).Cost);
    }

    private static SpanFacts Span() => CallCountingTests.Span("s");
}
