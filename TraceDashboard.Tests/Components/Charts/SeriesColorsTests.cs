using TraceDashboard.Components.Charts;

namespace TraceDashboard.Tests.Components.Charts;

public class SeriesColorsTests
{
    private readonly SeriesColors _colors = new();

    [Fact]
    public void A_name_keeps_its_colour_whatever_stands_beside_it()
    {
        var first = _colors.Assign(1, ["a", "b", "c"]);

        Assert.Equal([first[2], first[0]], _colors.Assign(1, ["c", "a"]));
        Assert.Equal(["var(--series-4)", first[1]], _colors.Assign(1, ["new", "b"]));
    }

    [Fact]
    public void The_series_of_a_chart_are_never_alike()
    {
        // Twelve names in six colours: each of the last six shares one with one of the first.
        var all = Enumerable.Range(0, 12).Select(i => $"model-{i}").ToList();
        _colors.Assign(1, all[..6]);
        _colors.Assign(1, all[6..]);

        foreach (var chart in all.SelectMany(a => all.Where(b => b != a).Select(b => new[] { a, b })))
            Assert.Equal(2, _colors.Assign(1, chart).Distinct().Count());
    }

    [Fact]
    public void A_project_does_not_take_colours_from_another()
    {
        _colors.Assign(1, ["a", "b"]);

        Assert.Equal(["var(--series-1)"], _colors.Assign(2, ["b"]));
    }
}
