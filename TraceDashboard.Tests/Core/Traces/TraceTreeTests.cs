using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Traces;

public class TraceTreeTests
{
    [Fact]
    public void No_spans_make_an_empty_tree()
    {
        var tree = TraceTree.Build([]);

        Assert.Equal(0, tree.Count);
        Assert.Equal(0, tree.RootCount);
        Assert.Equal(-1, tree.RowOf("a"));
        Assert.Equal(0, new VisibleRows(tree).Count);
    }

    [Fact]
    public void Parents_come_before_children_and_siblings_are_ordered_by_start_and_then_by_id()
    {
        var tree = TraceTree.Build(
        [
            Span("late", "root", start: 30),
            Span("b", "root", start: 10),
            Span("root", null, start: 0),
            Span("a", "root", start: 10),
            Span("inner", "b", start: 12),
        ]);

        Assert.Equal(["root", "a", "b", "inner", "late"], tree.SpanId.ToArray());
        Assert.Equal([0, 1, 1, 2, 1], tree.Depth.ToArray());
        Assert.Equal([-1, 0, 0, 2, 0], tree.Parent.ToArray());
        Assert.Equal([4, 1, 3, 3, 4], tree.LastDescendant.ToArray());
        Assert.Equal([3, 0, 1, 0, 0], tree.ChildCount.ToArray());
        Assert.Equal([0, 0, 1, 0, 2], tree.SiblingIndex.ToArray());
    }

    [Fact]
    public void The_order_in_which_spans_arrive_does_not_matter()
    {
        var spans = Enumerable.Range(0, 200).Select(i => Span($"s{i}", i % 7 == 0 ? null : $"s{i * 31 % 211}", start: i * 17 % 50)).ToArray();
        var expected = TraceTree.Build(spans);
        var random = new Random(7);

        for (var round = 0; round < 20; round++)
        {
            random.Shuffle(spans);
            var tree = TraceTree.Build(spans);
            Assert.Equal(expected.SpanId.ToArray(), tree.SpanId.ToArray());
            Assert.Equal(expected.Depth.ToArray(), tree.Depth.ToArray());
            Assert.Equal(expected.Flags.ToArray(), tree.Flags.ToArray());
        }
    }

    [Fact]
    public void A_parent_that_is_named_but_missing_gets_a_row_that_holds_its_children()
    {
        var tree = TraceTree.Build([Span("x", "gone", start: 5, end: 9), Span("root", null, start: 0, end: 20), Span("y", "gone", start: 6, end: 12)]);

        Assert.Equal(["root", "gone", "x", "y"], tree.SpanId.ToArray());
        Assert.Equal(2, tree.RootCount);
        Assert.Equal(3, tree.SpanCount);
        Assert.True(tree.Has(1, TraceRowFlags.MissingParent));
        Assert.False(tree.Has(1, TraceRowFlags.Open));
        Assert.Equal((5, 12), (tree.Start[1], tree.End[1]));
        Assert.True(tree.Has(2, TraceRowFlags.Orphan));
        Assert.True(tree.Has(3, TraceRowFlags.Orphan));
    }

    [Fact]
    public void A_circle_of_parents_is_opened_at_its_earliest_span_and_what_hangs_on_it_stays()
    {
        var tree = TraceTree.Build(
        [
            Span("child", "b", start: 0),
            Span("a", "b", start: 3),
            Span("b", "c", start: 2),
            Span("c", "a", start: 4),
            Span("self", "self", start: 9),
        ]);

        Assert.Equal(["b", "child", "a", "c", "self"], tree.SpanId.ToArray());
        Assert.Equal([0, 1, 1, 2, 0], tree.Depth.ToArray());
        Assert.True(tree.Has(0, TraceRowFlags.Orphan));
        Assert.True(tree.Has(4, TraceRowFlags.Orphan));
    }

    [Fact]
    public void Spans_that_share_an_id_keep_a_row_each_and_the_first_to_start_has_the_children()
    {
        var tree = TraceTree.Build([Span("twin", null, start: 8), Span("twin", null, start: 2), Span("child", "twin", start: 9)]);

        Assert.Equal(["twin", "child", "twin"], tree.SpanId.ToArray());
        Assert.Equal(0, tree.RowOf("twin"));
    }

    [Fact]
    public void An_error_marks_its_span_and_every_span_above_it()
    {
        var tree = TraceTree.Build(
        [
            Span("root", null, start: 0),
            Span("ok", "root", start: 1),
            Span("step", "root", start: 2),
            Span("failed", "step", start: 3) with { Status = SpanStatus.Error },
        ]);

        Assert.True(tree.Has(0, TraceRowFlags.ErrorBelow));
        Assert.False(tree.Has(0, TraceRowFlags.Error));
        Assert.False(tree.Has(1, TraceRowFlags.ErrorBelow));
        Assert.True(tree.Has(2, TraceRowFlags.ErrorBelow));
        Assert.True(tree.Has(3, TraceRowFlags.Error));
        Assert.False(tree.Has(3, TraceRowFlags.ErrorBelow));
    }

    [Fact]
    public void The_price_of_a_call_that_goes_on_is_not_missing_yet()
    {
        var open = TraceTree.Build([Call("call", null, tokens: 2) with { EndTime = null }]);
        var ended = TraceTree.Build([Call("call", null, tokens: 2)]);

        Assert.Equal((false, 0), (open.Has(0, TraceRowFlags.Unpriced), open.UnpricedCalls));
        Assert.Equal((true, 1), (ended.Has(0, TraceRowFlags.Unpriced), ended.UnpricedCalls));
    }

    [Fact]
    public void Costs_and_tokens_of_counted_spans_add_up_and_an_unknown_price_is_said_and_not_summed_as_zero()
    {
        var tree = TraceTree.Build(
        [
            Span("root", null, start: 0) with { Kind = SpanKind.Agent },
            Call("priced", 0.25m, tokens: 40),
            Call("unpriced", null, tokens: 2),
            Call("seen twice", 0.25m, tokens: 40) with { Counted = false },
        ]);

        Assert.Equal(0.25m, tree.CostOf(0));
        Assert.Equal(42, tree.TokensOf(0));
        Assert.True(tree.Has(0, TraceRowFlags.Unpriced));
        var unpriced = tree.RowOf("unpriced");
        Assert.Null(tree.CostOf(unpriced));
        Assert.True(tree.Has(unpriced, TraceRowFlags.CountedWithin));
        Assert.False(tree.Has(tree.RowOf("seen twice"), TraceRowFlags.CountedWithin));
    }

    [Fact]
    public void Open_spans_have_no_end_and_times_that_contradict_each_other_do_no_harm()
    {
        var tree = TraceTree.Build(
        [
            Span("open", null, start: 10, end: null),
            Span("backwards", "open", start: 20, end: 5),
            new SpanFacts { SpanId = "no start", ParentSpanId = "open", FirstTokenTime = 40, ReceivedAt = 50 },
        ]);

        Assert.True(tree.HasOpenSpans);
        Assert.Equal(TraceTree.Unknown, tree.End[0]);
        Assert.Equal(20, tree.End[1]);
        Assert.Equal(40, tree.Start[2]);
        Assert.Equal((10, 40), (tree.StartTime, tree.EndTime));
    }

    [Fact]
    public void A_chain_as_deep_as_the_trace_is_long_needs_no_stack()
    {
        const int Depth = 100_000;
        var spans = Enumerable.Range(0, Depth).Select(i => Span($"s{i}", i == 0 ? null : $"s{i - 1}", start: i)).ToArray();

        var tree = TraceTree.Build(spans);

        Assert.Equal(Depth - 1, tree.Depth[Depth - 1]);
        Assert.Equal(Depth - 1, tree.LastDescendant[0]);
        Assert.Equal(1, new VisibleRows(tree).CollapseAll().Count);
        Assert.Equal(Depth, new VisibleRows(tree).CollapseAll().Reveal(Depth - 1).Count);
    }

    [Fact]
    public void A_hundred_thousand_spans_cost_a_few_arrays_and_no_objects_of_their_own()
    {
        var spans = Large(100_000);
        TraceTree.Build(spans);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var tree = TraceTree.Build(spans);
        var perSpan = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)spans.Length;

        Assert.Equal(100_000, tree.Count);
        Assert.InRange(perSpan, 1, 300);
    }

    /// <summary>Agents, calls and tools in a shape like that of real runs: wide, and some levels deep.</summary>
    internal static SpanFacts[] Large(int count)
    {
        var random = new Random(42);
        var spans = new SpanFacts[count];
        for (var i = 0; i < count; i++)
        {
            var start = i * 1_000L;
            spans[i] = Span($"{i:x16}", i == 0 ? null : $"{(i < 20 ? 0 : random.Next(Math.Max(0, i - 2_000), i)):x16}", start, start + random.Next(1, 500_000)) with
            {
                Name = "step " + (i % 40),
                Kind = (SpanKind)(i % 11),
                Status = i % 97 == 0 ? SpanStatus.Error : SpanStatus.Ok,
            };
        }

        random.Shuffle(spans);
        return spans;
    }

    internal static SpanFacts Span(string id, string? parent, long start, long? end = 100) => new()
    {
        SpanId = id,
        ParentSpanId = parent,
        Name = id,
        StartTime = start,
        EndTime = end,
    };

    private static SpanFacts Call(string id, decimal? cost, long tokens) => Span(id, "root", start: 1) with
    {
        Kind = SpanKind.Generation,
        Counted = true,
        Usage = new TokenUsage { Input = tokens },
        Cost = cost is null ? Cost.Unknown : new Cost(cost, CostSource.Computed),
    };
}
