using FsCheck.Xunit;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Tests.Core.Traces;

public class VisibleRowsTests
{
    [Fact]
    public void Collapsing_skips_the_descendants_and_keeps_the_row()
    {
        var rows = new VisibleRows(Tree()).Collapse(1);

        Assert.Equal([0, 1, 4], Shown(rows));
        Assert.Equal(1, rows.PlaceOf(3));
        Assert.False(rows.IsVisible(3));
        Assert.Equal(2, rows.PlaceOf(4));
    }

    [Fact]
    public void What_was_collapsed_inside_stays_collapsed_when_the_outer_row_opens_again()
    {
        var rows = new VisibleRows(Tree()).Collapse(2).Collapse(1);

        Assert.Equal([0, 1, 4], Shown(rows));
        Assert.Equal([0, 1, 2, 4], Shown(rows.Expand(1)));
    }

    [Fact]
    public void Reveal_opens_only_what_hides_the_row()
    {
        var rows = new VisibleRows(Tree()).CollapseAll().Reveal(2);

        Assert.True(rows.IsVisible(2));
        Assert.Equal([0, 1, 2, 4], Shown(rows));
    }

    [Fact]
    public void The_same_spans_stay_collapsed_in_the_next_version_of_the_trace()
    {
        var rows = new VisibleRows(Tree()).Collapse(1);
        var next = TraceTree.Build([.. Spans(), TraceTreeTests.Span("early", "root", start: 0)]);

        Assert.Equal(["root", "early", "step", "last"], Shown(rows.On(next)).Select(r => next.SpanId[r]));
    }

    [Property(MaxTest = 300)]
    public void Every_lookup_agrees_with_a_walk_over_all_rows(byte[] parents, byte[] clicks)
    {
        var spans = parents.Select((p, i) => TraceTreeTests.Span($"s{i}", p % 5 == 0 || i == 0 ? null : $"s{p % i}", start: i)).ToArray();
        var tree = TraceTree.Build(spans);
        var rows = new VisibleRows(tree);
        var collapsed = new HashSet<int>();
        foreach (var click in tree.Count == 0 ? [] : clicks)
        {
            var row = click % tree.Count;
            rows = rows.Toggle(row);
            if (tree.ChildCount[row] > 0 && !collapsed.Remove(row))
                collapsed.Add(row);
            AssertAgrees(rows, collapsed);
        }

        AssertAgrees(rows, collapsed);
    }

    private static void AssertAgrees(VisibleRows rows, HashSet<int> collapsed)
    {
        var tree = rows.Tree;
        var shown = new List<int>();
        for (var row = 0; row < tree.Count; row++)
        {
            var hiddenBy = -1;
            for (var above = tree.Parent[row]; above >= 0; above = tree.Parent[above])
            {
                if (collapsed.Contains(above))
                    hiddenBy = above;
            }

            Assert.Equal(hiddenBy < 0, rows.IsVisible(row));
            Assert.Equal(collapsed.Contains(row), rows.IsCollapsed(row));
            if (hiddenBy < 0)
                shown.Add(row);
            Assert.Equal(shown.IndexOf(hiddenBy < 0 ? row : hiddenBy), rows.PlaceOf(row));
        }

        Assert.Equal(shown, Shown(rows));
    }

    private static IEnumerable<int> Shown(VisibleRows rows) => Enumerable.Range(0, rows.Count).Select(rows.RowAt);

    private static TraceTree Tree() => TraceTree.Build(Spans());

    private static SpanFacts[] Spans() =>
    [
        TraceTreeTests.Span("root", null, start: 0),
        TraceTreeTests.Span("step", "root", start: 1),
        TraceTreeTests.Span("inner", "step", start: 2),
        TraceTreeTests.Span("leaf", "inner", start: 3),
        TraceTreeTests.Span("last", "root", start: 9),
    ];
}
