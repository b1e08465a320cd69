using TraceDashboard.Core.Traces;
using static TraceDashboard.Tests.Core.Traces.CallCountingTests;

namespace TraceDashboard.Tests.Core.Traces;

public class TraceSummaryTests
{
    [Fact]
    public void Sums_the_counted_calls_and_leaves_what_nobody_knows_unknown()
    {
        var summary = TraceSummary.Compute(
        [
            Span("root", kind: SpanKind.Agent, start: 0, end: 100) with { Name = "answer", Usage = new() { Input = 999 } },
            Span("a", "root", model: "gpt-4o", start: 20, end: 40) with { Counted = true, Usage = new() { Input = 10, CacheRead = 5, Output = 3, Reasoning = 4 }, Cost = Usd(0.25m), Provider = "openai", FirstTokenTime = 27 },
            Span("b", "root", model: "claude", start: 10, end: 30) with { Counted = true, Usage = new() { Input = 100 }, Cost = Usd(0.05m), Provider = "anthropic" },
            Span("c", "root", model: "gpt-4o", start: 50, end: 60) with { Counted = true },
            Span("wrapper", "root", model: "wrapped", start: 5, end: 60) with { Cost = Usd(9m), FirstTokenTime = 6 },
        ]);

        Assert.Equal(
            new TraceSummary
            {
                StartTime = 0,
                EndTime = 100,
                SpanCount = 5,
                ModelCalls = 3,
                UnpricedCalls = 1,
                TokensIn = 115,
                TokensCached = 5,
                TokensOut = 7,
                Cost = 0.30m,
                Ttft = 7,
                Model = "gpt-4o",
                Models = "\nclaude\ngpt-4o\n",
                Provider = "openai",
                Name = "answer",
            },
            summary);
        Assert.Equal(new TraceSummary(), TraceSummary.Compute([]));
        Assert.Equal(new TraceSummary { StartTime = 0, EndTime = 100, SpanCount = 1, ModelCalls = 1, UnpricedCalls = 1 }, TraceSummary.Compute([Span("x") with { Counted = true }]));
    }

    [Theory]
    [InlineData(SpanStatus.Error, SpanStatus.Ok, SpanStatus.Error)]
    [InlineData(SpanStatus.Ok, SpanStatus.Error, SpanStatus.Ok)]
    [InlineData(SpanStatus.Unset, SpanStatus.Error, SpanStatus.Unset)]
    public void The_root_decides_the_status(SpanStatus root, SpanStatus child, SpanStatus expected)
    {
        var summary = TraceSummary.Compute([Span("root") with { Status = root }, Span("child", "root") with { Status = child }]);

        Assert.Equal(expected, summary.Status);
        Assert.Equal(1, summary.ErrorCount);
    }

    [Fact]
    public void Without_a_root_any_failed_span_makes_the_trace_fail()
    {
        Assert.Equal(SpanStatus.Error, TraceSummary.Compute([Span("a", "gone"), Span("b", "a") with { Status = SpanStatus.Error }]).Status);
        Assert.Equal(SpanStatus.Unset, TraceSummary.Compute([Span("a", "gone") with { Status = SpanStatus.Ok }]).Status);
    }

    [Fact]
    public void An_open_span_keeps_the_trace_open_and_an_event_does_not()
    {
        var finished = TraceSummary.Compute([Span("root", end: 50), Span("event", "root", SpanKind.Event, start: 70) with { EndTime = null }]);
        Assert.Equal((70L, 0), (finished.EndTime, finished.OpenSpanCount));

        var open = TraceSummary.Compute([Span("root") with { EndTime = null }, Span("child", "root")]);
        Assert.Equal((null, 1), (open.EndTime, open.OpenSpanCount));
    }

    [Fact]
    public void Without_costs_the_main_model_is_the_one_with_most_tokens_or_else_the_first()
    {
        SpanFacts[] calls = [Span("a", model: "x", start: 5) with { Counted = true }, Span("b", model: "y", start: 3) with { Counted = true }];

        Assert.Equal("y", TraceSummary.Compute(calls).Model);
        Assert.Equal("x", TraceSummary.Compute([calls[0] with { Usage = new() { Output = 1 } }, calls[1]]).Model);
    }

    [Fact]
    public void The_name_falls_back_to_the_earliest_span()
    {
        Assert.Equal("early", TraceSummary.Compute([Span("a", "gone", start: 9) with { Name = "late" }, Span("b", "gone") with { Name = "early" }]).Name);
        Assert.Equal("root", TraceSummary.Compute([Span("a", start: 9) with { Name = "root" }, Span("b", "a") with { Name = "early" }]).Name);
    }

    [Fact]
    public void Absurd_token_counts_stop_at_the_largest_number()
    {
        var call = Span("a") with { Counted = true, Usage = new() { Input = long.MaxValue } };

        Assert.Equal(long.MaxValue, TraceSummary.Compute([call, call with { SpanId = "b" }]).TokensIn);
    }

    [Fact]
    public void Does_not_depend_on_the_order_of_the_spans()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var spans = RandomTrace(random, 12).Select(s => s with { Name = s.SpanId, Counted = s.Kind.IsModelCall(), Provider = s.SpanId }).ToArray();
            var expected = TraceSummary.Compute(spans);
            random.Shuffle(spans);
            Assert.Equal(expected, TraceSummary.Compute(spans));
        }
    }

    private static Cost Usd(decimal amount) => new(amount, CostSource.Reported);
}
