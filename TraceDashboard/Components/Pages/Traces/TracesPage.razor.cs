using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TraceDashboard.Components.Layout;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Traces;

/// <summary>The list of traces: what matches, newest first, followed live.</summary>
public sealed partial class TracesPage(
    NavigationManager navigation, TraceSearch search, TraceListQueries queries, LiveFeed feed, CurrentProject current, PagePace pace, TimeProvider time, IJSRuntime js,
    ILogger<TracesPage> logger)
{
    private static readonly TimeRange LongestRange = TimeRange.Presets[^1];

    private static readonly IReadOnlyList<KeyHelp> Keys =
    [
        new("/", "Search"),
        new(["j", "k"], "Next and previous trace"),
        new("Enter", "Open the trace"),
        new("Esc", "Leave the list or the field"),
    ];

    private readonly TraceList _list = new();
    private CancellationTokenSource? _load;
    private TraceQuery _query = new();
    private TraceRange? _shownRange;
    private TraceFilter _filter = new();
    private RowLinks _links = RowLinks.For(new TraceQuery(), TimeRange.Default);
    private Project? _project;
    private TraceCount? _count;
    private IReadOnlyList<ScoreAverage> _averages = [];
    private TraceListItem? _newest;
    private DateTimeOffset _now;
    private long _countedAt;
    private bool _loaded;
    private bool _isEmpty;
    private bool _busy;
    private bool _missed; // a signal, while the list was loaded
    private bool _held;
    private Exception? _error;
    private Exception? _moreError;
    private Task _more = Task.CompletedTask;
    private TraceMenu? _menu;
    private ElementReference _scroller;
    private string? _attachedTo;
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private DotNetObjectReference<TracesPage>? _self;

    [SupplyParameterFromQuery(Name = "q")]
    public string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    public string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "model")]
    public string? Model { get; set; }

    [SupplyParameterFromQuery(Name = "user")]
    public string? User { get; set; }

    [SupplyParameterFromQuery(Name = "session")]
    public string? Session { get; set; }

    [SupplyParameterFromQuery(Name = "name")]
    public string? Name { get; set; }

    [SupplyParameterFromQuery(Name = "env")]
    public string? Environment { get; set; }

    [SupplyParameterFromQuery(Name = "score")]
    public string? Score { get; set; }

    [CascadingParameter]
    private TimeRange Range { get; set; } = TimeRange.Default;

    [CascadingParameter]
    private TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    protected override async Task OnParametersSetAsync()
    {
        var query = new TraceQuery
        {
            Text = Blank(Text),
            Status = TraceQuery.ParseStatus(Status),
            Model = Blank(Model),
            User = Blank(User),
            Session = Blank(Session),
            Name = Blank(Name),
            Environment = Blank(Environment),
            Score = ScoreCondition.TryParse(Score, out var score) ? score : null,
        };
        var range = new TraceRange(query, Range);
        if (range == _shownRange)
            return;
        _shownRange = range;
        _query = query;
        _links = RowLinks.For(query, Range);
        _now = time.GetUtcNow();

        // The prerendered page is the frame with a skeleton: it is there at once, and the database is asked once.
        if (RendererInfo.IsInteractive)
            await ReloadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
            _ = TickAsync();
        await AttachAsync();
    }

    /// <summary>Whether rows must keep their places: the pointer or the focus is on them, or the list is scrolled.</summary>
    [JSInvokable]
    public void SetHeld(bool held)
    {
        _held = held;
        if (held || _list.PendingCount == 0)
            return;
        _list.Release();
        StateHasChanged();
    }

    /// <summary>Loads the next page, or waits for the one that is on its way.</summary>
    [JSInvokable]
    public Task LoadMoreAsync() => _more.IsCompleted ? _more = LoadNextAsync() : _more;

    protected override async Task<bool> OnChangesAsync(ChangeSet changes, CancellationToken cancellationToken)
    {
        _missed |= _busy;
        if (!_loaded || _busy || _error is not null || _project is not { } project || _load is not { } load)
            return false;
        var list = _list;
        var filter = _filter;
        bool rendered;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, load.Token);
        try
        {
            rendered = await queries.UpdateAsync(list, project.Id, filter, changes, () => _held, both.Token);
        }
        catch (OperationCanceledException) when (load.IsCancellationRequested)
        {
            return false;
        }

        if (!rendered)
            return false;
        _now = time.GetUtcNow();
        if (_isEmpty && list.Items.Count + list.PendingCount > 0)
        {
            list.Release();
            _isEmpty = false;
        }

        if (time.GetElapsedTime(_countedAt) > TimeSpan.FromSeconds(2))
            _ = CountAsync(project, filter, load.Token);
        return true;
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        if (_load is not null)
        {
            await _load.CancelAsync();
            _load.Dispose();
        }

        await ScriptReferences.ReleaseAsync(_view, _module);
        _self?.Dispose();
        await base.DisposeCoreAsync();
    }

    private async Task ReloadAsync()
    {
        if (_load is not null)
        {
            await _load.CancelAsync();
            _load.Dispose();
        }

        var load = _load = CancellationTokenSource.CreateLinkedTokenSource(Gone);
        var cancellationToken = load.Token;
        _busy = true;
        try
        {
            var project = _project ??= await current.GetAsync(cancellationToken);
            Follow(project.Id);
            var filter = _filter = _query.ToFilter(Range, time.GetUtcNow());
            _ = CountAsync(project, filter, cancellationToken);
            var page = await queries.FirstPageAsync(project.Id, filter, feed.CurrentTick(project.Id), cancellationToken);
            if (page.Items.Count == 0)
            {
                var any = await search.SearchAsync(project.Id, new TraceFilter(), TraceOrder.NewestFirst, null, 1, cancellationToken);
                _newest = any.Items.Count > 0 ? any.Items[0] : null;
            }

            _list.Reset(page);
            _isEmpty = page.Items.Count == 0;
            _loaded = true;
            _error = null;
            _moreError = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The reader has asked for something else.
            return;
        }
        catch (Exception e)
        {
            LogFailed(e);
            _error = e;
        }

        _busy = false;
        _now = time.GetUtcNow();
        if (!_missed || _project is not { } shown)
            return;

        // What it told of may have come after the query.
        _missed = false;
        await AnswerAsync(new ChangeSet(feed.CurrentTick(shown.Id), new HashSet<string>(), Everything: true));
    }

    private async Task LoadNextAsync()
    {
        if (_busy || !_list.HasMore || _project is not { } project || _load is not { } load)
            return;
        try
        {
            // Without a cursor, because rows at the end were let go, the next page begins at the time of the last.
            var filter = _list.NextCursor is null && _list.Last is { } last ? _filter with { To = last.OrderTime.AddTicks(1) } : _filter;
            var page = await search.SearchAsync(project.Id, filter, TraceOrder.NewestFirst, _list.NextCursor, TraceListQueries.PageSize, load.Token);
            _list.Append(page);
            _moreError = null;
        }
        catch (OperationCanceledException) when (load.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            LogFailed(e);
            _moreError = e;
        }

        StateHasChanged();
    }

    private async Task CountAsync(Project project, TraceFilter filter, CancellationToken cancellationToken)
    {
        _countedAt = time.GetTimestamp();
        try
        {
            var (count, averages) = await queries.CountAsync(project.Id, filter, feed.CurrentTick(project.Id), cancellationToken);
            if (count == _count && averages.SequenceEqual(_averages))
                return;
            (_count, _averages) = (count, averages);
            StateHasChanged();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The reader has asked for something else.
        }
        catch (Exception e)
        {
            LogFailed(e);
            (_count, _averages) = (null, []);
        }
    }

    private async Task ShowPendingAsync()
    {
        if (_list.PendingOverflow)
            await ReloadAsync();
        else
            _list.Release();
        if (_view is not null)
            await _view.InvokeVoidAsync("toTop", Gone);
    }

    private void Show(TraceQuery query) => navigation.NavigateTo(query.ToUrl(Range));

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private Task OpenMenuAsync(TraceListItem item) => _menu!.OpenAsync(item);

    // What has no control of its own above the list.
    private IEnumerable<(string Label, TraceQuery Without)> ActiveConditions()
    {
        if (_query.Name is { } name)
            yield return ($"name: {Bidi.Isolate(name)}", _query with { Name = null });
        if (_query.Session is { } session)
            yield return ($"session: {Bidi.Isolate(session)}", _query with { Session = null });
        if (_query.Environment is { } environment)
            yield return ($"environment: {Bidi.Isolate(environment)}", _query with { Environment = null });
    }

    private async Task AttachAsync()
    {
        // The list comes and goes with empty and error states, each time as another element.
        var showsList = _error is null && !_isEmpty && _loaded;
        var element = showsList ? _scroller.Id : null;
        if (element == _attachedTo)
            return;
        _attachedTo = element;
        try
        {
            var former = _view;
            _view = null;
            await ScriptReferences.ReleaseAsync(former);
            if (element is null)
                return;

            // Until the browser has said otherwise, somebody may be looking at a row.
            _held = true;
            _self ??= DotNetObjectReference.Create(this);
            _module ??= await js.InvokeAsync<IJSObjectReference>("import", Gone, "./Components/Pages/Traces/TracesPage.razor.js");
            _view = await _module.InvokeAsync<IJSObjectReference>("attach", Gone, _scroller, _self);
            await RestorePlaceAsync(_view);
        }
        catch (Exception e) when (ScriptReferences.IsGone(e))
        {
            // The reader left meanwhile.
        }
    }

    // Back from a trace, or after a lost connection, the reader finds the rows where they were.
    private async Task RestorePlaceAsync(IJSObjectReference view)
    {
        if (await view.InvokeAsync<Place?>("place", Gone) is not { } place)
            return;
        // What came meanwhile has pushed the row down, by more than this only in a list that is better read anew.
        var most = Math.Min(place.Rows + TraceList.MaxPending, TraceList.MaxRows);
        int index;
        while ((index = _list.IndexOf(place.Trace)) < 0 && _list.Items.Count < most && _list.HasMore)
        {
            var before = _list.Items.Count;
            await LoadMoreAsync();
            if (_list.Items.Count == before)
                break;
        }

        await view.InvokeVoidAsync("restore", Gone, index);
    }

    // Ages and the running traces' elapsed times go on with the clock, and so does a range that ends now.
    private async Task TickAsync()
    {
        try
        {
            for (var second = 1; ; second++)
            {
                await pace.NextAsync(TimeSpan.FromSeconds(1), Gone);
                if (!_loaded)
                    continue;
                MoveRange();
                if (_isEmpty)
                    continue;
                if (second % 60 == 0)
                    await FindAbandonedAsync();

                // What a change has rendered since has the time of that moment.
                var now = time.GetUtcNow();
                if (now - _now < TimeSpan.FromSeconds(0.5))
                    continue;
                var quick = _list.Items.Take(TraceListQueries.PageSize).Any(i => i.Activity is TraceActivity.Running || now - i.StartTime < TimeSpan.FromMinutes(1));
                if (!quick && second % 10 != 0)
                    continue;
                _now = now;
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    private void MoveRange()
    {
        var filter = _query.ToFilter(Range, time.GetUtcNow());
        if (_busy || filter == _filter || _project is not { } project || _load is not { } load)
            return;
        _filter = filter;
        if (_list.Leave(filter.From, _held))
            StateHasChanged();
        _ = CountAsync(project, filter, load.Token);
    }

    // Nothing arrives when a trace falls silent, so the running ones are looked at again from time to time.
    private Task FindAbandonedAsync()
    {
        var running = _list.Items.Where(i => i.Activity is TraceActivity.Running).Select(i => i.TraceId).ToHashSet(StringComparer.Ordinal);
        return running.Count == 0 || _project is not { } project
            ? Task.CompletedTask
            : AnswerAsync(new ChangeSet(feed.CurrentTick(project.Id), running, Everything: false));
    }

    [LoggerMessage(1, LogLevel.Error, "The list of traces could not be read.", EventName = "TracesFailed")]
    private partial void LogFailed(Exception exception);

    private sealed record TraceRange(TraceQuery Query, TimeRange Range);

    /// <param name="Trace">The row that keeps its place.</param>
    /// <param name="Rows">How many there were from the first to the last in view.</param>
    private sealed record Place(string Trace, int Rows);
}
