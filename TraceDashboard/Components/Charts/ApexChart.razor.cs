using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TraceDashboard.Components.Shared;

namespace TraceDashboard.Components.Charts;

/// <summary>A point that the reader chose.</summary>
public sealed record SelectedData<TItem>(ApexPointSeries<TItem> Series, TItem Item);

/// <summary>A stretch of the axis that the reader brushed, both ends included.</summary>
public sealed record SelectionData<TItem>(TItem First, TItem Last);

/// <summary>
/// ApexCharts behind the parameter names of Blazor-ApexCharts. Series are given as <see cref="ApexPointSeries{TItem}"/> and share
/// one axis, whose points are those of the first series and what others add behind. Nothing is drawn again unless it changed, and
/// then when the script finds the time: it is told that there is something new and asks for it (<see cref="Draw"/>).
/// </summary>
public sealed partial class ApexChart<TItem>(IJSRuntime js) : IAsyncDisposable
{
    private const int MaxLabels = 8;
    private const string Module = "./Components/Charts/ApexChart.razor.js";

    private readonly Departure _disposal = new();
    private readonly List<ApexPointSeries<TItem>> _series = [];
    private DotNetObjectReference<ApexChart<TItem>>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _drawing;
    private Drawn? _drawn;
    private string? _told;
    private bool _busy;

    [Parameter, EditorRequired]
    public required string Title { get; set; }

    /// <summary>Of the plot, in pixels.</summary>
    [Parameter]
    public int Height { get; set; } = 232;

    [Parameter]
    public bool Stacked { get; set; }

    /// <summary>
    /// Charts of one group show their crosshair together. ApexCharts finds the point by its place in pixels, so only charts of
    /// one width belong together.
    /// </summary>
    [Parameter]
    public string? Group { get; set; }

    /// <summary>What the chart is about. When that changes it is drawn at once, whatever the reader does with it.</summary>
    [Parameter]
    public string Subject { get; set; } = "";

    /// <summary>Least time from one drawing of the same subject to the next.</summary>
    [Parameter]
    public TimeSpan Pace { get; set; }

    /// <summary>Whether values are counts, so that the axis has no halves.</summary>
    [Parameter]
    public bool Integers { get; set; }

    /// <summary>A value at the axis.</summary>
    [Parameter, EditorRequired]
    public required Func<decimal, string> FormatYAxisLabel { get; set; }

    /// <summary>A value in tooltip and table; null is unknown.</summary>
    [Parameter, EditorRequired]
    public required Func<decimal?, string> FormatValue { get; set; }

    /// <summary>A point below the axis, short; empty for one that needs no label.</summary>
    [Parameter, EditorRequired]
    public required Func<TItem, string> XAxisLabel { get; set; }

    /// <summary>A point in tooltip and table.</summary>
    [Parameter, EditorRequired]
    public required Func<TItem, string> XTitle { get; set; }

    /// <summary>Where a row of the table leads; null for nowhere.</summary>
    [Parameter]
    public Func<TItem, string>? ItemHref { get; set; }

    [Parameter]
    public bool ShowTable { get; set; }

    [Parameter]
    public EventCallback<bool> ShowTableChanged { get; set; }

    [Parameter]
    public EventCallback<SelectedData<TItem>> OnDataPointSelection { get; set; }

    [Parameter]
    public EventCallback<SelectionData<TItem>> OnSelection { get; set; }

    [Parameter]
    public RenderFragment? HeaderContent { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    internal IReadOnlyList<ApexPointSeries<TItem>> Series => _series;

    /// <summary>Whether the script could not be loaded.</summary>
    internal bool Missing { get; private set; }

    internal ElementReference Plot { get; set; }

    /// <summary>Called for each series whenever the chart is given its parameters, in the order of the markup.</summary>
    internal void Add(ApexPointSeries<TItem> series)
    {
        if (!_series.Contains(series))
            _series.Add(series);
    }

    internal void Remove(ApexPointSeries<TItem> series) => _series.Remove(series);

    /// <summary>The points of the axis.</summary>
    internal List<TItem> Points() => [.. _series.SelectMany(s => s.Items.Select(i => (Key: s.XValue(i), Item: i))).DistinctBy(p => p.Key).Select(p => p.Item)];

    /// <summary>The values of a series along <see cref="Points"/>.</summary>
    internal static List<decimal?> Values(ApexPointSeries<TItem> series, List<TItem> points)
    {
        var values = new Dictionary<object, decimal?>();
        foreach (var item in series.Items)
            values[series.XValue(item)] = series.YValue(item);
        return [.. points.Select(p => values.GetValueOrDefault(series.XValue(p)))];
    }

    protected override void OnParametersSet() => _series.Clear();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_busy || Missing)
            return;
        _busy = true;
        try
        {
            await DrawAsync();
        }
        catch (Exception e) when (ScriptReferences.IsGone(e))
        {
            // The reader left while the chart was drawn.
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>What is to be drawn at this moment, as JSON of a <see cref="ChartModel"/>.</summary>
    [JSInvokable]
    public string Draw()
    {
        _told = null;
        _drawn = Describe();
        return _drawn.Model;
    }

    [JSInvokable]
    public Task SelectPointAsync(int series, int point) =>
        Find(point) is { } item && series >= 0 && series < _drawn!.Series.Count
            ? InvokeAsync(() => OnDataPointSelection.InvokeAsync(new SelectedData<TItem>(_drawn.Series[series], item)))
            : Task.CompletedTask;

    [JSInvokable]
    public Task SelectRangeAsync(int first, int last) =>
        Find(first) is { } from && Find(last) is { } to
            ? InvokeAsync(() => OnSelection.InvokeAsync(new SelectionData<TItem>(from, to)))
            : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _disposal.CancelAsync();
        await ScriptReferences.ReleaseAsync(_drawing, _module);
        _self?.Dispose();
        _disposal.Dispose();
    }

    // What changed while the script was at work is told after it.
    private async Task DrawAsync()
    {
        while (!_disposal.IsCancellationRequested)
        {
            if (ShowTable || _series.Count == 0)
            {
                if (_drawing is not { } drawing)
                    return;
                (_drawing, _drawn, _told) = (null, null, null);
                await ScriptReferences.ReleaseAsync(drawing);
                continue;
            }

            if (_drawing is not null)
            {
                // Told once, until the script asks: what changes meanwhile costs nothing.
                if (_told == Subject || Describe().Model == _drawn?.Model)
                    return;
                _told = Subject;
                await _drawing.InvokeVoidAsync("change", _disposal.Token, Pace.TotalMilliseconds, Subject != _drawn?.Subject);
                continue;
            }

            _self ??= DotNetObjectReference.Create(this);
            _module ??= await js.InvokeAsync<IJSObjectReference>("import", _disposal.Token, Module);
            if (!await _module.InvokeAsync<bool>("load", _disposal.Token))
            {
                Missing = true;
                StateHasChanged();
                return;
            }

            _drawing = await _module.InvokeAsync<IJSObjectReference>("create", _disposal.Token, Plot, _self, Draw());
        }
    }

    private Drawn Describe()
    {
        var points = Points();
        return new Drawn(JsonSerializer.Serialize(Model(points), ChartJson.Default.ChartModel), Subject, points, [.. _series]);
    }

    private ChartModel Model(List<TItem> points)
    {
        var values = _series.ConvertAll(s => Values(s, points));
        var scale = AxisScale.For(Largest(values, points.Count), Integers);
        var labels = points.ConvertAll(p => XAxisLabel(p));
        // As many as fit below the narrowest chart.
        var every = Math.Max(1, (labels.Count(l => l.Length > 0) + MaxLabels - 1) / MaxLabels);
        var labelled = 0;
        return new ChartModel
        {
            Height = Height,
            Stacked = Stacked,
            Group = Group,
            Clickable = OnDataPointSelection.HasDelegate,
            Brushable = OnSelection.HasDelegate,
            Ticks = [.. Enumerable.Range(0, scale.Steps + 1).Select(i => FormatYAxisLabel(i * scale.Step))],
            Step = (double)scale.Step,
            Labels = labels.ConvertAll(l => l.Length > 0 && labelled++ % every == 0 ? l : ""),
            Titles = [.. points.Select(XTitle)],
            Series =
            [
                .. _series.Select((s, i) => new ChartSeries(
                    Bidi.Isolate(s.Name), s.SeriesType.ToString().ToLowerInvariant(), s.Color, s.Dashed, values[i].ConvertAll(v => (double?)v), values[i].ConvertAll(v => FormatValue(v)))),
            ],
        };
    }

    private decimal Largest(List<List<decimal?>> values, int points)
    {
        var largest = 0m;
        for (var point = 0; point < points; point++)
        {
            var stack = 0m;
            for (var series = 0; series < values.Count; series++)
            {
                var value = values[series][point] ?? 0;
                largest = Math.Max(largest, value);
                if (Stacked && _series[series].SeriesType == SeriesType.Bar)
                    stack += value;
            }

            largest = Math.Max(largest, stack);
        }

        return largest;
    }

    // What the reader chose is what was drawn: the page may have gone on since.
    private TItem? Find(int point) => point >= 0 && point < _drawn?.Points.Count ? _drawn.Points[point] : default;

    /// <summary>What the script has drawn, or is about to.</summary>
    private sealed record Drawn(string Model, string Subject, List<TItem> Points, List<ApexPointSeries<TItem>> Series);
}
