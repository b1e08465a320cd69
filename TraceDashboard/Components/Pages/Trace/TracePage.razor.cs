using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using TraceDashboard.Components.Layout;
using TraceDashboard.Components.Shared;
using TraceDashboard.Components.Waterfall;
using TraceDashboard.Core.Deletion;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>
/// One trace: its waterfall, and a span beside it. Which span and which part of it are in the URL. While the trace grows, the page
/// reads again what changed, at most as often as the feed signals, and less often when reading takes long.
/// </summary>
public sealed partial class TracePage(
    CurrentProject currentProject, SharedTraces shared, FirstViews firstViews, LiveFeed feed, TraceDeletion deletion, IDialogService dialogs, NavigationManager navigation, IJSRuntime js, TimeProvider clock, ILogger<TracePage> logger)
{
    private static readonly PageHeader.Crumb[] Crumbs = [new("Traces", "traces")];

    private static readonly KeyHelp[] Keys =
    [
        new(["j", "k"], "Next and previous span"),
        new(["h", "l"], "Collapse and expand"),
        new(["[", "]"], "Collapse and expand all"),
        new(["Home", "End"], "First and last span"),
        new("Enter", "Open the span"),
        new("Esc", "Close the span"),
        new(["e", "E"], "Next and previous failed span"),
        new("/", "Find in the trace, Enter and Shift Enter for the next and previous"),
        new("z", "Zoom to the span"),
        new(["+", "−"], "Zoom in and out"),
        new([",", "."], "Earlier and later"),
        new("0", "The whole time"),
    ];

    private readonly RawMessages _rawMessages = new();
    private ElementReference _root;
    private string? _clockedRoot;
    private IJSObjectReference? _module;
    private IJSObjectReference? _clocks;
    private int _projectId;
    private string? _loadedId;
    private TraceDetails? _trace;
    private VisibleRows? _rows;
    private IReadOnlyList<Score> _scores = [];
    private SpanContent? _content;
    private string? _wholeSpan;
    private string? _revealed;
    private string? _first;
    private bool _isClosed;
    private WaterfallView? _waterfall;
    private bool _isMissing;
    private bool _isSpanMissing;
    private long _end;
    private long _readAt;
    private TimeSpan _readTook;

    [Parameter]
    public required string TraceId { get; set; }

    [SupplyParameterFromQuery]
    private string? Span { get; set; }

    [SupplyParameterFromQuery]
    private string? Tab { get; set; }

    /// <summary>Leads the interactive page to what the response that it takes the place of has shown, see <see cref="FirstViews"/>.</summary>
    [PersistentState]
    public string? FirstViewKey { get; set; }

    [CascadingParameter]
    private HttpContext? Request { get; set; }

    /// <summary>The span in the panel: that of the address, else the first of the trace, which small screens leave out, until the reader closes it.</summary>
    private string? Shown => Span ?? (_isClosed ? null : _first);

    private bool Running => _trace?.Activity == TraceActivity.Running;

    private string Title => _trace?.Name ?? (_isMissing ? "No such trace" : "Trace");

    private string ShortId => TraceId.Length <= 20 ? TraceId : $"{TraceId[..8]}…{TraceId[^7..]}";

    protected override async Task OnParametersSetAsync()
    {
        if (_loadedId != TraceId)
        {
            _loadedId = TraceId;
            (_trace, _rows, _content, _scores, _revealed, _isMissing, _first, _isClosed) = (null, null, null, [], null, false, null, false);
            _rawMessages.Clear();
            if (RendererInfo.IsInteractive && firstViews.Take(FirstViewKey) is { } first && first.Trace.TraceId == TraceId)
                await ShowAsync(first);
            _projectId = (await currentProject.GetAsync(Gone)).Id;
            Follow(_projectId);
            await ReadAsync(feed.CurrentTick(_projectId), Gone);
            if (_isMissing)
                AnswerNotFound();
            if (!RendererInfo.IsInteractive && _trace is not null)
                FirstViewKey = firstViews.Keep(new FirstView(_trace, _scores, _content));
            return;
        }

        RevealSelection();
        if (_rows is not null && Shown is { } shown && shown != _content?.SpanId)
            await ReadSpanAsync(shown, feed.CurrentTick(_projectId), Gone);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // Known once the skeleton has given way, and another one for another trace.
        if (_root.Id is null || _root.Id == _clockedRoot)
            return;
        _clockedRoot = _root.Id;
        try
        {
            var former = _clocks;
            _clocks = null;
            await ScriptReferences.ReleaseAsync(former);
            _module ??= await js.InvokeAsync<IJSObjectReference>("import", Gone, "./Components/Pages/Trace/TracePage.razor.js");
            _clocks = await _module.InvokeAsync<IJSObjectReference>("start", Gone, _root);
        }
        catch (Exception e) when (ScriptReferences.IsGone(e))
        {
            // The reader has left.
        }
    }

    protected override async Task<bool> OnChangesAsync(ChangeSet changes, CancellationToken cancellationToken)
    {
        if (_loadedId != TraceId || !changes.Contains(TraceId))
            return false;
        // A long trace that grows must not keep the store busy with reading it: three quarters of the time are left to others.
        var rest = (_readTook * 3) - clock.GetElapsedTime(_readAt);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, clock, cancellationToken);
        await ReadAsync(changes.Tick, cancellationToken);
        return true;
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        await ScriptReferences.ReleaseAsync(_clocks, _module);
        await base.DisposeCoreAsync();
    }

    // The tree is held, as a rule, so that this ends before anything is rendered: rows do not give way to a skeleton.
    private async Task ShowAsync(FirstView first)
    {
        _projectId = first.Trace.ProjectId;
        var tree = await shared.TreeAsync(first.Trace, Gone);
        if (first.Trace.TraceId != TraceId)
            return;
        Show(first.Trace, first.Scores, tree);
        (_content, _isSpanMissing) = (first.Content, Shown is not null && first.Content is null);
    }

    private async Task ReadAsync(long tick, CancellationToken cancellationToken)
    {
        var id = TraceId;
        var began = clock.GetTimestamp();
        var trace = await shared.DetailsAsync(_projectId, id, tick, cancellationToken);
        if (id != TraceId)
            return;
        _isMissing = trace is null;
        if (trace is null)
            return;

        var given = await shared.ScoresAsync(_projectId, id, tick, cancellationToken);
        var tree = await shared.TreeAsync(trace, cancellationToken);
        if (id != TraceId)
            return;
        Show(trace, given, tree);
        if (Shown is { } span)
            await ReadSpanAsync(span, tick, cancellationToken);
        _readAt = clock.GetTimestamp();
        _readTook = clock.GetElapsedTime(began);
    }

    private void Show(TraceDetails trace, IReadOnlyList<Score> given, TraceTree tree)
    {
        _trace = trace;
        _scores = given;
        // Once, when the trace is opened: what arrives later takes no place of what is read.
        if (_rows is null && Enumerable.Range(0, tree.Count).FirstOrDefault(row => !tree.Has(row, TraceRowFlags.MissingParent), -1) is >= 0 and var root)
            _first = tree.SpanId[root];
        _rows = _rows?.On(tree) ?? new VisibleRows(tree);
        _end = EndOf(trace, tree);
        RevealSelection();
    }

    // As the answer begins: one that is a 404 before is taken for a page that has nothing to show, and this one has, and follows what arrives.
    private void AnswerNotFound() => Request?.Response.OnStarting(static response =>
    {
        ((HttpResponse)response).StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }, Request.Response);

    private async Task ReadSpanAsync(string spanId, long tick, CancellationToken cancellationToken)
    {
        var id = TraceId;
        int? limit = _wholeSpan == spanId ? null : SpanContent.CutAt;
        var content = await shared.ContentAsync(_projectId, id, spanId, limit, tick, cancellationToken);
        if (id != TraceId || spanId != Shown)
            return;
        _isSpanMissing = content is null;
        if (content is not null)
            _content = content;
    }

    private long EndOf(TraceDetails trace, TraceTree tree)
    {
        var end = Math.Max(tree.EndTime, tree.StartTime + 1);
        return trace.Activity switch
        {
            TraceActivity.Running => Math.Max(end, clock.GetUnixNanos()),
            // Nothing is known of an abandoned span after the last that was heard of it.
            TraceActivity.Abandoned => Math.Max(end, UnixNanos.FromDateTimeOffset(trace.LastActivity)),
            _ => end,
        };
    }

    /// <summary>Once for each selection: what the reader collapses after it stays collapsed.</summary>
    private void RevealSelection()
    {
        if (Shown == _revealed || _rows?.Tree.RowOf(Shown) is not (>= 0 and var row))
            return;
        _revealed = Shown;
        _rows = _rows.Reveal(row);
    }

    private async Task LoadAllAsync()
    {
        if (Shown is not { } span)
            return;
        _wholeSpan = span;
        await ReadSpanAsync(span, feed.CurrentTick(_projectId), Gone);
    }

    private Task<IReadOnlySet<string>> FindAsync(string text) => shared.FindAsync(_projectId, TraceId, text, feed.CurrentTick(_projectId), Gone);

    private async Task DeleteAsync()
    {
        var dialog = await dialogs.ShowAsync<DeleteTraceDialog>("Delete this trace?");
        if (await dialog.Result is not { Canceled: false })
            return;
        await deletion.DeleteTraceAsync(_projectId, TraceId, Gone);
        navigation.NavigateTo("traces");
    }

    // The list shows the last day unless it is told otherwise: what it filters for should be in it.
    private string FilterLink(string field, string value) =>
        $"traces?{field}={Uri.EscapeDataString(value)}" + (_trace?.StartTime < clock.GetUtcNow().AddDays(-1) ? "&range=30d" : "");

    private string LinkOf(string spanId) => navigation.GetUriWithQueryParameter("span", spanId);

    // Opening the panel is a step that Back undoes; going from span to span is not.
    private void Select(string spanId) => navigation.NavigateTo(LinkOf(spanId), new NavigationOptions { ReplaceHistoryEntry = Span is not null });

    private void Close()
    {
        _isClosed = true;
        if (Span is not null)
            navigation.NavigateTo(navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["span"] = null, ["tab"] = null }));
    }
}
