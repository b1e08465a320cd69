using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Traces;

public class CallCountingTests
{
    [Fact]
    public void Model_calls_count_and_agents_chains_and_tools_never_do()
    {
        var counted = Count(
            Span("agent", kind: SpanKind.Agent, model: "m", tokens: 10),
            Span("chain", "agent", SpanKind.Chain, model: "m", tokens: 10),
            Span("llm", "chain", model: "m", tokens: 10),
            Span("embedding", "agent", SpanKind.Embedding),
            Span("reranker", "agent", SpanKind.Reranker),
            Span("tool", "agent", SpanKind.Tool, responseId: "r"));

        Assert.Equal(["llm", "embedding", "reranker"], counted);
    }

    [Fact]
    public void Nested_calls_that_differ_all_count() =>
        Assert.Equal(["outer", "inner"], Count(
            Span("outer", model: "gpt-4o", tokens: 100, responseId: "r1"),
            Span("inner", "outer", model: "gpt-4o-mini", tokens: 100, responseId: "r2", start: 10, end: 20)));

    [Fact]
    public void Of_a_call_seen_three_times_by_response_id_the_innermost_counts() =>
        Assert.Equal(["sdk"], Count(
            Span("gateway", model: "a", tokens: 1, responseId: "r"),
            Span("framework", "gateway", model: "b", tokens: 2, responseId: "r", start: 200, end: 300),
            Span("chain", "framework", SpanKind.Chain),
            Span("sdk", "chain", model: "c", responseId: "r")));

    [Fact]
    public void A_call_that_encloses_one_of_the_same_model_and_tokens_within_its_time_is_the_same_call() =>
        Assert.Equal(["inner"], Count(
            Span("outer", model: "m", tokens: 7, start: 0, end: 100),
            Span("step", "outer", SpanKind.Span),
            Span("inner", "step", model: "m", tokens: 7, start: 0, end: 100)));

    // The outer span of an async client may end before the inner one does.
    [Theory]
    [InlineData(99, 101)]
    [InlineData(10, 1_000)]
    public void A_call_that_starts_within_another_is_the_same_even_if_it_ends_later(int start, int end) =>
        Assert.Equal(["inner"], Count(
            Span("outer", model: "m", tokens: 7, start: 0, end: 100),
            Span("inner", "outer", model: "m", tokens: 7, start: start, end: end)));

    [Fact]
    public void A_call_that_took_no_time_is_the_same_as_one_that_begins_with_it() =>
        Assert.Equal(["inner"], Count(
            Span("outer", model: "m", tokens: 7, start: 5, end: 5),
            Span("inner", "outer", model: "m", tokens: 7, start: 5, end: 9)));

    [Theory]
    [InlineData("m", 8, 10, 90)]
    [InlineData("other", 7, 10, 90)]
    [InlineData("m", 7, -1, 90)]
    [InlineData("m", 7, 100, 101)]
    [InlineData("m", null, 10, 90)]
    public void Another_model_other_or_unknown_tokens_or_another_time_is_another_call(string model, int? tokens, int start, int end) =>
        Assert.Equal(["outer", "inner"], Count(
            Span("outer", model: "m", tokens: 7, start: 0, end: 100),
            Span("inner", "outer", model: model, tokens: tokens, start: start, end: end)));

    [Fact]
    public void Cached_and_uncached_tokens_are_compared_by_their_totals() =>
        Assert.Equal(["inner"], Count(
            Span("outer", model: "m") with { Usage = new() { Input = 100, Output = 5 } },
            Span("inner", "outer", model: "m") with { Usage = new() { Input = 20, CacheRead = 80, Output = 3, Reasoning = 2 } }));

    [Fact]
    public void Siblings_that_look_the_same_are_retries_and_all_count() =>
        Assert.Equal(["a", "b", "c"], Count(
            Span("agent", kind: SpanKind.Agent),
            Span("a", "agent", model: "m", tokens: 7),
            Span("b", "agent", model: "m", tokens: 7, responseId: "r"),
            Span("c", "gone", model: "m", tokens: 7)));

    [Fact]
    public void Siblings_with_one_response_id_are_one_call_which_the_first_of_them_stands_for()
    {
        SpanFacts[] spans =
        [
            Span("agent", kind: SpanKind.Agent),
            Span("b", "agent", model: "m", tokens: 7, responseId: "r", start: 2),
            Span("a", "agent", model: "m", tokens: 7, responseId: "r", start: 2),
            Span("c", "gone", model: "m", tokens: 7, responseId: "r", start: 3),
        ];

        Assert.Equal(["a"], Count(spans));
        Assert.Equal([CallCounting.None, 2, 2, 2], CallCounting.Count(spans));
    }

    [Fact]
    public void An_outer_call_is_the_same_as_the_first_of_several_inner_ones() =>
        Assert.Equal([1, 1, 2], CallCounting.Count(
        [
            Span("outer", model: "m", tokens: 7, start: 0, end: 100),
            Span("first", "outer", model: "m", tokens: 7, start: 1, end: 9),
            Span("second", "outer", model: "m", tokens: 7, start: 10, end: 19),
        ]));

    // The outer one has heard which model answered, the inner one knows only which was asked.
    [Fact]
    public void A_model_is_the_same_by_the_name_that_was_asked_for() =>
        Assert.Equal(["inner"], Count(
            Span("outer", model: "m-2026-01-31", tokens: 7) with { RequestModel = "m" },
            Span("inner", "outer", model: "m", tokens: 7) with { RequestModel = "m" }));

    [Fact]
    public void A_call_that_failed_and_is_told_by_two_layers_is_one_call()
    {
        var failed = Span("outer", model: "m", start: 0, end: 100) with { Status = SpanStatus.Error };

        Assert.Equal(["inner"], Count(failed, failed with { SpanId = "inner", ParentSpanId = "outer", StartTime = 1 }));
        Assert.Equal(["inner"], Count(failed with { Usage = new() { Input = 7, Output = 1 } }, failed with { SpanId = "inner", ParentSpanId = "outer", StartTime = 1 }));
        Assert.Equal(["outer", "inner"], Count(failed, Span("inner", "outer", model: "m", start: 1, end: 90)));
        Assert.Equal(["outer", "inner"], Count(failed, failed with { SpanId = "inner", ParentSpanId = "outer", StartTime = 1, Model = "other" }));
        Assert.Equal(["outer", "inner"], Count(
            failed with { Usage = new() { Input = 7, Output = 1 } },
            failed with { SpanId = "inner", ParentSpanId = "outer", StartTime = 1, Usage = new() { Input = 8, Output = 1 } }));
    }

    [Fact]
    public void A_wrapper_counts_when_alone_and_when_what_it_encloses_is_something_else()
    {
        Assert.Equal(["wrapper"], Count(Span("wrapper", "never-arrived", model: "m", tokens: 7)));
        Assert.Equal(["wrapper", "embed"], Count(
            Span("wrapper", model: "m", tokens: 7),
            Span("tool", "wrapper", SpanKind.Tool),
            Span("embed", "tool", SpanKind.Embedding, model: "e", tokens: 7)));
    }

    [Fact]
    public void An_open_call_may_still_end_after_everything_below_it()
    {
        Assert.Equal(["inner"], Count(
            Span("outer", model: "m", tokens: 7) with { EndTime = null },
            Span("inner", "outer", model: "m", tokens: 7, start: 10, end: 20)));
        Assert.Equal(["inner"], Count(
            Span("outer", model: "m", tokens: 7),
            Span("inner", "outer", model: "m", tokens: 7, start: 10) with { EndTime = null }));
    }

    [Fact]
    public void A_call_between_does_not_hide_one_further_down() =>
        // "middle" starts before "outer", but "inner" does not.
        Assert.Equal([2, 1, 2], CallCounting.Count(
        [
            Span("outer", model: "m", tokens: 7, start: 5, end: 100),
            Span("middle", "outer", model: "m", tokens: 7, start: 0, end: 8),
            Span("inner", "middle", model: "m", tokens: 7, start: 10, end: 90),
        ]));

    [Fact]
    public void Rings_of_parents_end_and_are_opened_at_the_earliest_span()
    {
        var ring = new[]
        {
            Span("self", "self", model: "m", tokens: 7, responseId: "r0"),
            Span("a", "c", model: "m", tokens: 9, start: 20, end: 30),
            Span("b", "a", model: "m", tokens: 9, start: 0, end: 90),
            Span("c", "b", model: "m", tokens: 9, start: 10, end: 80),
            Span("below", "a", model: "m", tokens: 9, start: 22, end: 25),
        };

        Assert.Equal(["self", "below"], Count(ring));
        Assert.Equal(["below", "self"], Count([.. ring.Reverse()]));
    }

    [Fact]
    public void Agrees_with_comparing_every_pair_whatever_the_order()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var spans = RandomTrace(random, random.Next(1, 30));
            var expected = Naive(spans);

            Assert.Equal(expected, StandsFor(spans));
            random.Shuffle(spans);
            Assert.Equal(expected, StandsFor(spans));
        }
    }

    [Fact]
    public void A_chain_of_100_000_alike_calls_takes_neither_stack_nor_quadratic_time()
    {
        var spans = Enumerable.Range(0, 100_000)
            .Select(i => Span($"s{i}", i == 0 ? null : $"s{i - 1}", model: "m", tokens: 7, start: i, end: i + 1))
            .ToArray();

        Assert.Equal(Enumerable.Range(0, 100_000), CallCounting.Count(spans));
    }

    internal static SpanFacts Span(
        string id, string? parent = null, SpanKind kind = SpanKind.Generation, string? model = null, int? tokens = null,
        string? responseId = null, long start = 0, long end = 100) =>
        new()
        {
            SpanId = id,
            ParentSpanId = parent,
            Kind = kind,
            Model = model,
            ResponseId = responseId,
            Usage = tokens is null ? null : new() { Input = tokens, Output = 1 },
            StartTime = start,
            EndTime = end,
        };

    internal static SpanFacts[] RandomTrace(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Span(
            $"s{i}",
            random.Next(10) == 0 ? "gone" : i == 0 ? null : $"s{random.Next(i)}",
            random.Next(4) == 0 ? SpanKind.Agent : SpanKind.Generation,
            random.Next(3) == 0 ? null : $"m{random.Next(2)}",
            random.Next(4) == 0 ? null : random.Next(2),
            random.Next(5) == 0 ? $"r{random.Next(3)}" : null,
            random.Next(10),
            random.Next(8, 14)) with
        {
            RequestModel = random.Next(3) == 0 ? $"m{random.Next(2)}" : null,
            Status = random.Next(3) == 0 ? SpanStatus.Error : SpanStatus.Unset,
        })];

    private static string[] Count(params SpanFacts[] spans) =>
        [.. CallCounting.Count(spans).Zip(spans).Where((p, i) => p.First == i).Select(p => p.Second.SpanId)];

    /// <summary>Each call and the one that stands for it.</summary>
    private static string[] StandsFor(SpanFacts[] spans) =>
        [.. CallCounting.Count(spans).Zip(spans).Where(p => p.First != CallCounting.None).Select(p => $"{p.Second.SpanId} as {spans[p.First].SpanId}").Order(StringComparer.Ordinal)];

    private static string[] Naive(SpanFacts[] spans)
    {
        var calls = spans.Where(s => s.Kind.IsModelCall()).ToArray();
        var links = calls.Select(outer => (outer, inner: calls.Where(c => IsBelow(c, outer, spans) && StartsWithin(outer, c) && SameFigures(outer, c)).Order(Comparer<SpanFacts>.Create(SpanOrder.Compare)).FirstOrDefault()))
            .Where(l => l.inner is not null).Select(l => (l.outer.SpanId, l.inner!.SpanId)).ToHashSet();
        return [.. calls.Select(c => $"{c.SpanId} as {Group(c).OrderByDescending(s => Depth(s, spans)).ThenBy(s => s, Comparer<SpanFacts>.Create(SpanOrder.Compare)).First().SpanId}").Order(StringComparer.Ordinal)];

        List<SpanFacts> Group(SpanFacts call)
        {
            List<SpanFacts> group = [call];
            for (var i = 0; i < group.Count; i++)
                group.AddRange(calls.Where(c => !group.Contains(c) && ((c.ResponseId is not null && c.ResponseId == group[i].ResponseId) || links.Contains((c.SpanId, group[i].SpanId)) || links.Contains((group[i].SpanId, c.SpanId)))).ToArray());
            return group;
        }
    }

    private static bool StartsWithin(SpanFacts outer, SpanFacts inner) =>
        outer.StartTime <= inner.StartTime && (inner.StartTime == outer.StartTime || inner.StartTime < outer.EndTime);

    private static bool SameFigures(SpanFacts outer, SpanFacts inner) =>
        new[] { outer.Model, outer.RequestModel }.Intersect([inner.Model, inner.RequestModel]).Any(m => m is not null)
        && (outer.Usage is not null && inner.Usage is not null ? outer.Usage == inner.Usage : (outer.Status, inner.Status) is (SpanStatus.Error, SpanStatus.Error));

    private static int Depth(SpanFacts span, SpanFacts[] spans) =>
        spans.SingleOrDefault(s => s.SpanId == span.ParentSpanId) is { } parent ? Depth(parent, spans) + 1 : 0;

    private static bool IsBelow(SpanFacts inner, SpanFacts outer, SpanFacts[] spans)
    {
        for (var span = inner; span?.ParentSpanId is { } parent; span = spans.SingleOrDefault(s => s.SpanId == parent))
        {
            if (parent == outer.SpanId)
                return true;
        }

        return false;
    }
}
