using System.Text.Json;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Demo;

namespace TraceDashboard.Tests.Demo;

public sealed class DemoDataTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 18, 15, 0, 0, TimeSpan.Zero);
    private static readonly List<DemoTrace> Traces = [.. new DemoData(1, Now, 2026).Traces(20_000)];

    [Fact]
    public void There_are_as_many_traces_as_asked_and_all_ids_differ()
    {
        Assert.Equal(20_000, Traces.Count);
        Assert.Equal(20_000, Traces.Select(t => t.TraceId).Distinct().Count());
        Assert.Equal(Traces.Sum(t => t.Spans.Count), Traces.SelectMany(t => t.Spans).Select(s => s.SpanId).Distinct().Count());
        Assert.InRange(Traces.Sum(t => t.Spans.Count), 60_000, 120_000);
    }

    [Fact]
    public void They_cover_forty_models_two_hundred_users_three_environments_and_every_flow()
    {
        Assert.Equal(40, Traces.SelectMany(t => t.Spans).Select(s => s.RequestModel).OfType<string>().Distinct().Count());
        Assert.Equal(200, Traces.Select(t => t.Update.UserId).Distinct().Count());
        Assert.Equal(["development", "production", "staging"], Traces.Select(t => t.Update.Environment).Distinct().Order());
        Assert.Equal(DemoApp.All.Count + 1, Traces.Select(t => t.Update.Name).Distinct().Count());
        Assert.Contains(Traces.GroupBy(t => t.Update.SessionId), session => session.Count() > 2);
        Assert.True(Traces.Select(t => t.Update.Release).Distinct().Count() > 4);
        Assert.Equal(
            [SpanKind.Generation, SpanKind.Embedding, SpanKind.Tool, SpanKind.Retriever, SpanKind.Reranker, SpanKind.Agent, SpanKind.Chain, SpanKind.Guardrail, SpanKind.Evaluator],
            Traces.SelectMany(t => t.Spans).Select(s => s.Kind!.Value).Distinct().Order());
    }

    [Fact]
    public void The_last_of_thirty_days_is_dense_nights_are_quiet_and_nothing_is_in_the_future()
    {
        Assert.All(Traces.SelectMany(t => t.Spans), s => Assert.True(s.EndTime <= UnixNanos.FromDateTimeOffset(Now) && s.StartTime <= s.EndTime));
        var starts = Traces.Select(t => UnixNanos.ToDateTimeOffset(t.Start)).ToList();
        Assert.InRange(starts.Min(), Now.AddDays(-30), Now.AddDays(-29));
        Assert.InRange(starts.Max(), Now.AddMinutes(-10), Now);
        Assert.InRange(starts.Count(s => s > Now.AddDays(-1)), 4_500, 5_500);
        Assert.True(starts.Count(s => s.Hour == 3) * 4 < starts.Count(s => s.Hour == 13));
    }

    [Fact]
    public void Some_traces_are_scored_well_and_some_badly_by_people_and_by_an_evaluator()
    {
        var now = UnixNanos.FromDateTimeOffset(Now);
        var scores = Traces.SelectMany(t => DemoScores.Of(t, now)).ToList();

        Assert.InRange(scores.Count, 2_000, 8_000);
        Assert.Equal(scores.Count, scores.Select(s => s.Id).Distinct().Count());
        Assert.All(scores, s => Assert.InRange(s.Timestamp, UnixNanos.FromDateTimeOffset(Now.AddDays(-31)), now));
        Assert.Contains(scores, s => s is { Source: ScoreSource.Human, Value: 0, Comment: not null });
        Assert.Contains(scores, s => s is { Source: ScoreSource.Human, Value: 1 });
        Assert.Contains(scores, s => s is { Source: ScoreSource.Evaluator, Value: > 0.8, SpanId: not null });
    }

    [Fact]
    public void One_trace_has_ten_thousand_spans()
    {
        var trace = Assert.Single(Traces, t => t.Spans.Count > 1_000);
        Assert.Equal(10_000, trace.Spans.Count);
    }

    [Fact]
    public void Some_calls_fail_some_stream_and_some_read_from_a_cache()
    {
        var calls = Traces.SelectMany(t => t.Spans).Where(s => s.Kind == SpanKind.Generation).ToList();
        Assert.Contains(calls, s => s.Status == SpanStatus.Error && s.ErrorType == "429");
        Assert.Contains(calls, s => s.FirstTokenTime > s.StartTime);
        Assert.Contains(calls, s => s.Usage?.CacheRead > 0);
        Assert.Contains(calls, s => s.Usage?.CacheWrite5m > 0);
        Assert.Contains(calls, s => s.Usage?.Reasoning > 0);
        Assert.All(calls, s => Assert.True(s.Usage is null || s.Usage.Input >= 0));
        Assert.InRange(Traces.Count(t => t.Spans[0].Status == SpanStatus.Error) / 20_000.0, 0.005, 0.08);
    }

    [Fact]
    public void Contents_are_json_and_parents_are_in_the_same_trace()
    {
        foreach (var trace in Traces.Take(500))
        {
            var ids = trace.Spans.Select(s => s.SpanId).ToHashSet();
            Assert.All(trace.Spans, s => Assert.True(s.ParentSpanId is null || ids.Contains(s.ParentSpanId)));
            foreach (var json in trace.Spans.SelectMany(s => new[] { s.Input, s.Output, s.Attributes, s.Events }).OfType<byte[]>())
                using (JsonDocument.Parse(json))
                {
                }
        }
    }

    [Fact]
    public void The_same_seed_and_time_give_the_same_traces()
    {
        var again = new DemoData(1, Now, 2026).Traces(20_000).Take(200).ToList();
        Assert.Equal(Traces.Take(200).Select(t => (t.TraceId, t.Start, t.Spans.Count)), again.Select(t => (t.TraceId, t.Start, t.Spans.Count)));
    }
}
