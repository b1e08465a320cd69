using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Waterfall;

/// <summary>
/// The spans of a trace as a tree with bars over time. The browser scrolls by itself in a box of the full height and tells what is
/// in view; only those rows and some around them are sent. The clock of open spans runs in the browser as well.
/// </summary>
public sealed partial class WaterfallView(IJSRuntime js) : IAsyncDisposable
{
    /// <summary>Pixels, as in the style sheet and the script.</summary>
    public const int RowHeight = 28;

    private const int NoRow = -1;

    private readonly Departure _disposal = new();
    private ElementReference _root;
    private VisibleRows? _shown;
    private string? _shownSelection;
    private RowWindow _window;
    private int _top;
    private int _inView = 40;
    private int _active = NoRow;
    private IReadOnlySet<string> _found = FindBox.Nothing;
    private string? _reveal;
    private int _reveals;
    private (VisibleRows Rows, long End)? _drawn;
    private byte[] _sentStrip = [];
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private DotNetObjectReference<WaterfallView>? _self;

    [Parameter, EditorRequired]
    public required VisibleRows Rows { get; set; }

    /// <summary>Raised when the reader collapses or expands rows.</summary>
    [Parameter]
    public EventCallback<VisibleRows> RowsChanged { get; set; }

    /// <summary>The span that is shown beside the waterfall. When it changes it is scrolled into view.</summary>
    [Parameter]
    public string? SelectedId { get; set; }

    [Parameter]
    public EventCallback<string> OnSelect { get; set; }

    /// <summary>Raised by Escape.</summary>
    [Parameter]
    public EventCallback OnClose { get; set; }

    /// <summary>Where the time axis and open spans end, in nanoseconds since the Unix epoch.</summary>
    [Parameter, EditorRequired]
    public required long End { get; set; }

    /// <summary>Whether the axis goes on with the clock.</summary>
    [Parameter]
    public bool Running { get; set; }

    /// <summary>The ids of the spans that have a text in what the store knows of them.</summary>
    [Parameter, EditorRequired]
    public required Func<string, Task<IReadOnlySet<string>>> Find { get; set; }

    /// <summary>The address of a span.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> LinkOf { get; set; }

    private TraceTree Tree => Rows.Tree;

    // The deeper the tree, the narrower a level: names need room.
    private string StepClass => Tree.MaxDepth switch { <= 6 => "wide", <= 12 => "mid", _ => "slim" };

    private int ActiveInWindow => Rows.Count == 0 ? 0 : Rows.PlaceOf(_active) - _window.First;

    protected override void OnParametersSet()
    {
        if (_shown is { } shown && !ReferenceEquals(shown, Rows))
        {
            _top = PlaceInNew(shown, shown.Count == 0 ? NoRow : shown.RowAt(Math.Min(_top, shown.Count - 1)), _top);
            _active = _active == NoRow || ReferenceEquals(shown.Tree, Tree) ? _active : Tree.RowOf(shown.Tree.SpanId[_active]);
        }

        if (_shown is null || SelectedId != _shownSelection)
        {
            var row = Tree.RowOf(SelectedId);
            if (row >= 0 && row != _active)
                Reveal(row);
            else if (row >= 0)
                Include(Rows.PlaceOf(row));
        }

        if (_active == NoRow && Tree.Count > 0)
            _active = 0;
        else if (_active >= 0 && Rows.Count > 0)
            _active = Rows.RowAt(Rows.PlaceOf(_active));
        _shown = Rows;
        _shownSelection = SelectedId;
        _window = _view is null ? RowWindow.From(_top, _inView, Rows.Count) : RowWindow.Around(_top, _inView, Rows.Count);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        try
        {
            if (firstRender)
            {
                _self = DotNetObjectReference.Create(this);
                _module = await js.InvokeAsync<IJSObjectReference>("import", _disposal.Token, "./Components/Waterfall/WaterfallView.razor.js");
                _view = await _module.InvokeAsync<IJSObjectReference>("create", _disposal.Token, _root, _self);
            }

            if (_view is not null)
                await SendStripAsync(_view);
        }
        catch (Exception e) when (ScriptReferences.IsGone(e))
        {
            // The reader has left.
        }
    }

    /// <summary>The browser's view came near the end of what it has.</summary>
    /// <param name="top">Place of the first row in view.</param>
    /// <param name="inView">Rows that the view holds.</param>
    [JSInvokable]
    public void Show(int top, int inView)
    {
        _top = Math.Clamp(top, 0, Math.Max(0, Rows.Count - 1));
        _inView = Math.Clamp(inView, 1, RowWindow.Most);
        var window = RowWindow.Around(_top, _inView, Rows.Count);
        if (window == _window)
            return;
        _window = window;
        StateHasChanged();
    }

    [JSInvokable]
    public Task SelectAsync(int row, string spanId)
    {
        if (RowOf(row, spanId) is not { } found || Tree.Has(found, TraceRowFlags.MissingParent))
            return Task.CompletedTask;
        _active = found;
        return OnSelect.InvokeAsync(spanId);
    }

    [JSInvokable]
    public Task ToggleAsync(int row, string spanId)
    {
        if (RowOf(row, spanId) is not { } found)
            return Task.CompletedTask;
        _active = found;
        return RowsChanged.InvokeAsync(Rows.Toggle(found));
    }

    /// <summary>A key that was pressed in the tree.</summary>
    /// <returns>The place that then has the focus; -1 when there is none.</returns>
    [JSInvokable]
    public async Task<int> PressAsync(string key, int top, int inView)
    {
        if (key == "Escape")
        {
            await OnClose.InvokeAsync();
            return NoRow;
        }

        if (Rows.Count == 0)
            return NoRow;
        var rows = Rows;
        var place = rows.PlaceOf(_active);
        switch (key)
        {
            case "ArrowDown" or "j":
                place = Math.Min(place + 1, rows.Count - 1);
                break;
            case "ArrowUp" or "k":
                place = Math.Max(place - 1, 0);
                break;
            case "Home":
                place = 0;
                break;
            case "End":
                place = rows.Count - 1;
                break;
            case "ArrowRight" or "l":
                if (rows.IsCollapsed(_active))
                    rows = rows.Expand(_active);
                else if (Tree.ChildCount[_active] > 0)
                    place++;
                break;
            case "ArrowLeft" or "h":
                if (Tree.ChildCount[_active] > 0 && !rows.IsCollapsed(_active))
                    rows = rows.Collapse(_active);
                else if (Tree.Parent[_active] >= 0)
                    place = rows.PlaceOf(Tree.Parent[_active]);
                break;
            case "e" or "E":
                await OpenFailedAsync(key == "e" ? 1 : -1);
                return NoRow;
            case "[":
                rows = rows.CollapseAll();
                place = rows.PlaceOf(_active);
                break;
            case "]":
                rows = rows.ExpandAll();
                place = rows.PlaceOf(_active);
                break;
            case "Enter" or " ":
                await SelectAsync(_active, Tree.SpanId[_active]);
                return place;
            case "Here":
                break;
            default:
                return NoRow;
        }

        _active = rows.RowAt(place);
        _top = Math.Clamp(top, 0, rows.Count - 1);
        _inView = Math.Clamp(inView, 1, RowWindow.Most);
        if (ReferenceEquals(rows, Rows))
        {
            Include(place);
            _window = RowWindow.Around(_top, _inView, Rows.Count);
            StateHasChanged();
        }
        else
        {
            await RowsChanged.InvokeAsync(rows);
        }

        return place;
    }

    /// <summary>Opens the span of the next row.</summary>
    /// <param name="step">1, or -1 for the one before.</param>
    public Task OpenNextAsync(int step) => OpenAsync(Rows.RowAt(Math.Clamp(Rows.PlaceOf(_active) + step, 0, Rows.Count - 1)));

    /// <summary>Opens the next span that failed, from the row of the moment on and round.</summary>
    /// <param name="step">1, or -1 for the one before.</param>
    public Task OpenFailedAsync(int step)
    {
        for (var i = 1; i <= Tree.Count; i++)
        {
            var row = (_active + (step * i) + Tree.Count) % Tree.Count;
            if (Tree.Has(row, TraceRowFlags.Error))
                return OpenAsync(row);
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _disposal.CancelAsync();
        await ScriptReferences.ReleaseAsync(_view, _module);
        _self?.Dispose();
        _disposal.Dispose();
    }

    /// <summary>Rows come from the browser as it last saw them: a version of the trace may have come in between.</summary>
    private int? RowOf(int row, string spanId)
    {
        if (row >= 0 && row < Tree.Count && Tree.SpanId[row] == spanId)
            return row;
        return Tree.RowOf(spanId) is >= 0 and var found ? found : null;
    }

    private int PlaceInNew(VisibleRows old, int row, int otherwise)
    {
        if (row == NoRow || Rows.Count == 0)
            return 0;
        var same = ReferenceEquals(old.Tree, Tree) ? row : Tree.RowOf(old.Tree.SpanId[row]);
        return same >= 0 ? Rows.PlaceOf(same) : Math.Min(otherwise, Rows.Count - 1);
    }

    private Task OpenAsync(int row)
    {
        if (Tree.SpanId[row] != SelectedId)
            return OnSelect.InvokeAsync(Tree.SpanId[row]);

        // It is open, and may be out of view.
        Reveal(row);
        StateHasChanged();
        return Task.CompletedTask;
    }

    // Told with the rows themselves, so that the browser does not first ask for those of where it was.
    private void Reveal(int row)
    {
        _reveal = $"{++_reveals}:{Rows.PlaceOf(row)}";
        _active = row;
        Include(Rows.PlaceOf(row));
        _window = RowWindow.Around(_top, _inView, Rows.Count);
    }

    /// <summary>Moves the view as little as it takes to show a place.</summary>
    private void Include(int place)
    {
        if (place < _top || place >= _top + _inView)
            _top = Math.Max(0, place - (_inView / 2));
    }

    private async Task SendStripAsync(IJSObjectReference view)
    {
        if (_drawn == (Rows, End))
            return;
        _drawn = (Rows, End);
        var strip = MinimapStrip.Draw(Rows, End);
        if (strip.AsSpan().SequenceEqual(_sentStrip))
            return;
        _sentStrip = strip;
        var total = (End - Tree.StartTime) / (double)UnixNanos.PerMillisecond;
        await view.InvokeVoidAsync("draw", _disposal.Token, strip, MinimapStrip.Columns, MinimapStrip.Lanes(Rows), total);
    }

    private string TickLabel(int tick) => tick == 0 ? "0" : Format.Duration(UnixNanos.ToTimeSpan((End - Tree.StartTime) / 4 * tick));

    private string ClassOf(RowView row) =>
        (row.SpanId == SelectedId ? "sel " : "") + (_found.Contains(row.SpanId) ? "found " : "") + (row.IsMissingParent ? "missing" : "");
}
