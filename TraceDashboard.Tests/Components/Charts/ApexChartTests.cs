using System.Text.Json;
using Bunit;
using Microsoft.AspNetCore.Components;
using TraceDashboard.Components.Charts;

namespace TraceDashboard.Tests.Components.Charts;

public class ApexChartTests
{
    private const string Module = "./Components/Charts/ApexChart.razor.js";
    private static readonly Point[] s_points = [new(1, 10, 4), new(2, null, 6), new(3, 30, 5)];

    [Fact]
    public async Task Hands_texts_and_round_ticks_to_the_script()
    {
        await using var context = new BunitContext();
        var drawing = Drawing(context);
        Render(context, s_points);

        using var model = JsonDocument.Parse((string)Assert.Single(context.JSInterop.Invocations["create"]).Arguments[2]!);
        Assert.Equal(["0", "10", "20", "30"], Strings(model.RootElement.GetProperty("ticks")));
        Assert.Equal(["day 1", "day 2", "day 3"], Strings(model.RootElement.GetProperty("titles")));
        var series = model.RootElement.GetProperty("series");
        Assert.Equal(["$10", "—", "$30"], Strings(series[0].GetProperty("texts")));
        Assert.Equal(JsonValueKind.Null, series[0].GetProperty("values")[1].ValueKind);
        Assert.True(series[1].GetProperty("dashed").GetBoolean());
        Assert.Empty(drawing.Invocations);
    }

    [Fact]
    public async Task What_changed_is_told_once_and_drawn_when_the_script_asks()
    {
        await using var context = new BunitContext();
        var drawing = Drawing(context);
        var chart = Render(context, s_points);

        chart.Render(p => p.Add(c => c.Title, "Cost"));
        Assert.Empty(drawing.Invocations);

        chart.Render(p => p.AddChildContent(Series([.. s_points, new(4, 1, 1)])));
        await chart.WaitForAssertionAsync(() => Assert.Single(drawing.Invocations["change"]));
        chart.Render(p => p.AddChildContent(Series([.. s_points, new(4, 2, 1)])));
        Assert.Equal([5_000.0, false], Assert.Single(drawing.Invocations["change"]).Arguments);

        Assert.Contains("$2", chart.Instance.Draw(), StringComparison.Ordinal);
        chart.Render(p => p.Add(c => c.Title, "Cost"));
        Assert.Single(drawing.Invocations["change"]);
        chart.Render(p => p.AddChildContent(Series([.. s_points, new(4, 3, 1)])));
        await chart.WaitForAssertionAsync(() => Assert.Equal(2, drawing.Invocations["change"].Count));
    }

    [Fact]
    public async Task Another_subject_is_drawn_at_once()
    {
        await using var context = new BunitContext();
        var drawing = Drawing(context);
        var chart = Render(context, s_points);

        chart.Render(p => p.AddChildContent(Series([.. s_points, new(4, 1, 1)])));
        chart.Render(p => p.Add(c => c.Subject, "another month"));

        await chart.WaitForAssertionAsync(() => Assert.Equal([false, true], drawing.Invocations["change"].Select(c => c.Arguments[1])));
    }

    [Fact]
    public async Task What_is_chosen_is_what_was_drawn_however_the_data_went_on()
    {
        await using var context = new BunitContext();
        Drawing(context);
        SelectedData<Point>? point = null;
        var chart = Render(context, s_points, p => p.Add(c => c.OnDataPointSelection, EventCallback.Factory.Create<SelectedData<Point>>(this, s => point = s)));

        chart.Render(p => p.AddChildContent(Series([.. s_points[1..], new(4, 1, 1)])));
        await chart.Instance.SelectPointAsync(0, 0);

        Assert.Equal(1, point!.Item.Day);
    }

    [Fact]
    public async Task The_table_says_what_the_chart_shows()
    {
        await using var context = new BunitContext();
        var drawing = Drawing(context);
        var chart = Render(context, s_points);

        chart.Render(p => p.Add(c => c.ShowTable, true));

        Assert.Equal(["Time", "now", "before"], chart.FindAll("thead th").Select(e => e.TextContent));
        Assert.Equal(["day 1", "$10", "$4"], chart.FindAll("tbody tr")[0].Children.Select(e => e.TextContent.Trim()));
        Assert.Equal("—", chart.FindAll("tbody tr")[1].Children[1].TextContent);
        Assert.Empty(chart.FindAll(".plot"));
        await chart.WaitForAssertionAsync(() => Assert.Single(drawing.Invocations["dispose"]));
    }

    [Fact]
    public async Task Without_the_charts_library_the_table_is_there_and_says_why()
    {
        await using var context = new BunitContext();
        context.JSInterop.SetupModule(Module).Setup<bool>("load").SetResult(false);
        var chart = Render(context, s_points);

        await chart.WaitForElementAsync("table");
        Assert.Contains("charts library is not there", chart.Find(".note").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_which_point_and_which_stretch_was_chosen()
    {
        await using var context = new BunitContext();
        Drawing(context);
        SelectedData<Point>? point = null;
        SelectionData<Point>? stretch = null;
        var chart = Render(context, s_points, p => p
            .Add(c => c.OnDataPointSelection, EventCallback.Factory.Create<SelectedData<Point>>(this, s => point = s))
            .Add(c => c.OnSelection, EventCallback.Factory.Create<SelectionData<Point>>(this, s => stretch = s)));

        await chart.Instance.SelectPointAsync(1, 2);
        await chart.Instance.SelectRangeAsync(0, 1);
        await chart.Instance.SelectPointAsync(9, 0);
        await chart.Instance.SelectPointAsync(0, 99);

        Assert.Equal(("before", 3), (point!.Series.Name, point.Item.Day));
        Assert.Equal((1, 2), (stretch!.First.Day, stretch.Last.Day));
    }

    private static IRenderedComponent<ApexChart<Point>> Render(BunitContext context, Point[] points, Action<ComponentParameterCollectionBuilder<ApexChart<Point>>>? more = null) =>
        context.Render<ApexChart<Point>>(p =>
        {
            p.Add(c => c.Title, "Cost").Add(c => c.FormatYAxisLabel, v => v.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture))
                .Add(c => c.Pace, TimeSpan.FromSeconds(5)).Add(c => c.FormatValue, v => v is null ? "—" : $"${v:0}").Add(c => c.XAxisLabel, i => $"{i.Day}").Add(c => c.XTitle, i => $"day {i.Day}")
                .AddChildContent(Series(points));
            more?.Invoke(p);
        });

    private static RenderFragment Series(Point[] points) => builder =>
    {
        foreach (var (name, value) in new (string, Func<Point, decimal?>)[] { ("now", p => p.Now), ("before", p => p.Before) })
        {
            builder.OpenComponent<ApexPointSeries<Point>>(0);
            builder.AddComponentParameter(1, "Items", points);
            builder.AddComponentParameter(2, "Name", name);
            builder.AddComponentParameter(3, "XValue", (Func<Point, object>)(p => p.Day));
            builder.AddComponentParameter(4, "YValue", value);
            builder.AddComponentParameter(5, "Color", "var(--series-1)");
            builder.AddComponentParameter(6, "Dashed", name == "before");
            builder.CloseComponent();
        }
    };

    private static BunitJSModuleInterop Drawing(BunitContext context)
    {
        var module = context.JSInterop.SetupModule(Module);
        module.Setup<bool>("load").SetResult(true);
        var drawing = module.SetupModule("create", _ => true);
        drawing.Mode = JSRuntimeMode.Loose;
        return drawing;
    }

    private static string?[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString())];

    private sealed record Point(int Day, decimal? Now, decimal? Before);
}
