using Microsoft.AspNetCore.Components;

namespace TraceDashboard.Components.Charts;

/// <summary>How a series is drawn.</summary>
public enum SeriesType
{
    Bar,
    Line,
    Area,
}

/// <summary>One series of an <see cref="ApexChart{TItem}"/>, named after the component of Blazor-ApexCharts.</summary>
public sealed class ApexPointSeries<TItem> : ComponentBase, IDisposable
{
    [CascadingParameter]
    private ApexChart<TItem> Chart { get; set; } = null!;

    [Parameter, EditorRequired]
    public required IEnumerable<TItem> Items { get; set; }

    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>What places a point on the axis; all series of a chart share one axis.</summary>
    [Parameter, EditorRequired]
    public required Func<TItem, object> XValue { get; set; }

    /// <summary>Null leaves a gap.</summary>
    [Parameter, EditorRequired]
    public required Func<TItem, decimal?> YValue { get; set; }

    [Parameter]
    public SeriesType SeriesType { get; set; }

    /// <summary>A CSS colour, by preference a variable: it then follows the theme.</summary>
    [Parameter, EditorRequired]
    public required string Color { get; set; }

    [Parameter]
    public bool Dashed { get; set; }

    /// <summary>Where the name in the legend leads; null for nowhere.</summary>
    [Parameter]
    public string? Href { get; set; }

    protected override void OnParametersSet() => Chart.Add(this);

    public void Dispose() => Chart.Remove(this);
}
