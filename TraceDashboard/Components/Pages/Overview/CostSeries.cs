using TraceDashboard.Components.Charts;
using TraceDashboard.Core.Analytics;

namespace TraceDashboard.Components.Pages.Overview;

/// <summary>One model in the cost chart.</summary>
/// <param name="Key">Tells the series apart, also those without a model.</param>
/// <param name="Href">Where its traces are; null for what is not one model.</param>
/// <param name="At">USD in the bucket of a point; null when there were calls and none has a price.</param>
public sealed record CostSeries(string Key, string Name, string Color, string? Href, ModelCost Cost, Func<OverviewPoint, decimal?> At)
{
    public static IReadOnlyList<CostSeries> For(int projectId, Core.Analytics.Overview overview, SeriesColors colors, Func<string, string> tracesOf)
    {
        var named = overview.CostByModel.Where(m => !string.IsNullOrEmpty(m.Model)).Select(m => m.Model!).ToList();
        var colorOf = named.Zip(colors.Assign(projectId, named)).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        var index = overview.Series.Select((point, i) => (point.Start, i)).ToDictionary(p => p.Start, p => p.i);
        return
        [
            .. overview.CostByModel.Select(cost => cost.Model switch
            {
                null => Series("\nother", "other", SeriesColors.Other, null),
                "" => Series("\nunnamed", "no model named", SeriesColors.Other, null),
                var model => Series(model, model, colorOf[model], tracesOf(model)),
            } with { Cost = cost, At = point => cost.Points[index[point.Start]] }),
        ];

        static CostSeries Series(string key, string name, string color, string? href) => new(key, name, color, href, null!, null!);
    }
}
