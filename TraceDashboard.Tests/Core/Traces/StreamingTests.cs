using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Traces;

public class StreamingTests
{
    private static readonly SpanFacts s_call = new()
    {
        SpanId = "s",
        StartTime = 0,
        FirstTokenTime = 740 * UnixNanos.PerMillisecond,
        EndTime = 2_610 * UnixNanos.PerMillisecond,
        Usage = new TokenUsage { Output = 133 },
    };

    [Fact]
    public void The_speed_is_that_of_the_tokens_after_the_first()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(740), s_call.TimeToFirstToken());
        Assert.Equal(132 / 1.87, s_call.OutputTokensPerSecond(now: 0)!.Value, precision: 6);
    }

    [Fact]
    public void An_open_call_is_measured_up_to_now() =>
        Assert.Equal(132, (s_call with { EndTime = null }).OutputTokensPerSecond(now: 1_740 * UnixNanos.PerMillisecond));

    [Fact]
    public void What_was_thought_before_the_first_token_does_not_make_the_answer_fast()
    {
        Assert.Equal(132 / 1.87, (s_call with { Usage = new TokenUsage { Output = 133, Reasoning = 40_000 } }).OutputTokensPerSecond(now: 0)!.Value, precision: 6);
        Assert.Null((s_call with { Usage = new TokenUsage { Output = 1, Reasoning = 40_000 } }).OutputTokensPerSecond(now: 0));
    }

    [Fact]
    public void Calls_that_did_not_stream_or_say_too_little_have_no_speed()
    {
        Assert.Null((s_call with { FirstTokenTime = null }).TimeToFirstToken());
        Assert.Null((s_call with { FirstTokenTime = null }).OutputTokensPerSecond(0));
        Assert.Null((s_call with { Usage = null }).OutputTokensPerSecond(0));
        Assert.Null((s_call with { Usage = new TokenUsage { Output = 1 } }).OutputTokensPerSecond(0));
        Assert.Null((s_call with { EndTime = s_call.FirstTokenTime }).OutputTokensPerSecond(0));
    }
}
