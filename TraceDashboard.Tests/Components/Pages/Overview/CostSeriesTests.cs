using TraceDashboard.Components.Charts;
using TraceDashboard.Components.Pages.Overview;
using TraceDashboard.Core.Analytics;

namespace TraceDashboard.Tests.Components.Pages.Overview;

public class CostSeriesTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Models_lead_to_their_traces_and_what_is_no_model_leads_nowhere()
    {
        var series = CostSeries.For(1, Overview(new ModelCost("gpt-4o", 3, [1, 2], 0), new ModelCost("", 2, [2, 0], 0), new ModelCost(null, 1, [null, 1], 4)), new SeriesColors(), m => "traces?model=" + m);

        Assert.Equal(["gpt-4o", "no model named", "other"], series.Select(s => s.Name));
        Assert.Equal(["traces?model=gpt-4o", null, null], series.Select(s => s.Href));
        Assert.Equal(["var(--series-1)", "var(--series-other)", "var(--series-other)"], series.Select(s => s.Color));
        Assert.Equal(3, series.Select(s => s.Key).Distinct().Count());
    }

    [Fact]
    public void Each_point_has_its_own_cost_and_unknown_stays_unknown()
    {
        var overview = Overview(new ModelCost(null, 1, [null, 1], 4));
        var other = Assert.Single(CostSeries.For(1, overview, new SeriesColors(), m => m));

        Assert.Equal([null, 1m], overview.Series.Select(other.At));
        Assert.Equal(4, other.Cost.UnpricedCalls);
    }

    [Fact]
    public void A_model_called_other_is_not_the_rest()
    {
        var series = CostSeries.For(1, Overview(new ModelCost("other", 3, [1, 2], 0), new ModelCost(null, 1, [0, 1], 0)), new SeriesColors(), m => m);

        Assert.NotEqual(series[0].Key, series[1].Key);
        Assert.NotEqual(series[0].Color, series[1].Color);
    }

    private static TraceDashboard.Core.Analytics.Overview Overview(params ModelCost[] models) => new()
    {
        From = s_start,
        To = s_start.AddHours(2),
        Current = new(),
        Previous = new(),
        Bucket = TimeSpan.FromHours(1),
        Series = [new(s_start, new(), new()), new(s_start.AddHours(1), new(), new())],
        CostByModel = models,
        UnpricedModels = [],
        Lag = default,
    };
}
