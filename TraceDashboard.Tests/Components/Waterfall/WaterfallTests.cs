using TraceDashboard.Components.Waterfall;
using TraceDashboard.Core.Traces;
using TraceDashboard.Tests.Core.Traces;

namespace TraceDashboard.Tests.Components.Waterfall;

public class WaterfallTests
{
    [Theory]
    [InlineData(0, 25, 10_000, 0, 120)]
    [InlineData(5_000, 25, 10_000, 4_962, 120)]
    [InlineData(9_990, 25, 10_000, 9_880, 120)]
    [InlineData(0, 25, 30, 0, 30)]
    [InlineData(500, 90, 10_000, 464, 180)]
    [InlineData(500, 900, 10_000, 500, 200)]
    [InlineData(7, 25, 0, 0, 0)]
    public void The_window_holds_the_view_and_more_after_it_than_before(int top, int inView, int total, int first, int count) =>
        Assert.Equal(new RowWindow(first, count), RowWindow.Around(top, inView, total));

    [Theory]
    [InlineData(0, 40, 10_000, 0, 40)]
    [InlineData(9_990, 40, 10_000, 9_960, 40)]
    [InlineData(0, 40, 30, 0, 30)]
    [InlineData(0, 40, 0, 0, 0)]
    public void The_first_window_is_the_view_alone(int top, int inView, int total, int first, int count) =>
        Assert.Equal(new RowWindow(first, count), RowWindow.From(top, inView, total));

    [Fact]
    public void The_strip_of_a_long_trace_is_small_and_paints_over_no_error()
    {
        var spans = TraceTreeTests.Large(20_000);
        var tree = TraceTree.Build(spans);
        var rows = new VisibleRows(tree);

        var runs = MinimapStrip.Draw(rows, tree.EndTime);

        var cells = runs.Chunk(2).SelectMany(r => Enumerable.Repeat(r[1], r[0])).ToArray();
        Assert.Equal(MinimapStrip.Columns * MinimapStrip.MaxLanes, cells.Length);
        Assert.Contains(cells, c => (c & MinimapStrip.ErrorBit) != 0);
        Assert.InRange(runs.Length, 2, 12_000);
    }

    [Fact]
    public void Every_span_of_a_short_trace_has_its_lane_and_at_least_two_columns()
    {
        var tree = TraceTree.Build([Span("root", null, 0, 1_000_000), Span("blink", "root", 999_999, 1_000_000)]);

        var cells = MinimapStrip.Draw(new VisibleRows(tree), 1_000_000).Chunk(2).SelectMany(r => Enumerable.Repeat(r[1], r[0])).ToArray();

        Assert.Equal(2 * MinimapStrip.Columns, cells.Length);
        Assert.All(cells[..MinimapStrip.Columns], c => Assert.Equal((byte)SpanKind.Span + 1, c));
        Assert.Equal(2, cells[MinimapStrip.Columns..].Count(c => c != 0));
    }

    [Fact]
    public void What_goes_on_is_drawn_to_the_end_and_marked()
    {
        var tree = TraceTree.Build([Span("root", null, 0, null), Span("done", "root", 0, 500_000)]);

        var cells = MinimapStrip.Draw(new VisibleRows(tree), 1_000_000).Chunk(2).SelectMany(r => Enumerable.Repeat(r[1], r[0])).ToArray();

        Assert.Equal(MinimapStrip.OpenBit | ((int)SpanKind.Span + 1), cells[MinimapStrip.Columns - 1]);
        Assert.DoesNotContain(cells[MinimapStrip.Columns..], c => (c & MinimapStrip.OpenBit) != 0);
    }

    [Theory]
    [InlineData(0, 50, "w-right n-right")]
    [InlineData(0, 80, "w-right n-on")]
    [InlineData(50, 95, "w-left n-left")]
    [InlineData(20, 95, "w-left n-on")]
    [InlineData(2, 100, "w-on n-on")]
    public void The_duration_stands_where_there_is_room(long start, long end, string expected)
    {
        var tree = TraceTree.Build([Span("root", null, 0, 100), Span("a", "root", start, end)]);

        Assert.Equal(expected, new RowView(new VisibleRows(tree), 1, 100).LabelClass);
    }

    [Fact]
    public void A_row_says_in_words_what_its_marks_mean()
    {
        var tree = TraceTree.Build(
        [
            Span("root", null, 0, 2_000_000) with { Name = "run", Kind = SpanKind.Agent },
            Span("call", "root", 0, null) with { Name = "chat", Kind = SpanKind.Generation, Status = SpanStatus.Error, Counted = true },
            Span("lost", "gone", 0, 1_000_000),
        ]);
        var rows = new VisibleRows(tree);
        string Said(string id) => new RowView(rows, rows.PlaceOf(tree.RowOf(id)), 3_000_000).Said;

        Assert.Equal(", agent, cost unknown, error inside", Said("root"));
        Assert.Equal(", generation, running, error", Said("call"));
        Assert.Equal(", not received", Said("gone"));
    }

    private static SpanFacts Span(string id, string? parent, long start, long? end) => TraceTreeTests.Span(id, parent, start, end);
}
