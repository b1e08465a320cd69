using Microsoft.AspNetCore.Components;
using TraceDashboard.Components.Charts;
using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Components.Pages.Overview;

/// <summary>A period at a glance beside the one before it; every figure leads to the traces it sums up.</summary>
public sealed partial class OverviewPage(
    NavigationManager navigation, OverviewQueries queries, TraceSearch search, SharedQueries shared, LiveFeed feed, CurrentProject current, SeriesColors colors, TimeProvider time, ILogger<OverviewPage> logger)
{
    private const string FailedSeries = "with errors";

    // Sums are refreshed about once a second, and a range that ends now moves on without any news.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private static readonly TimeRange LongestRange = TimeRange.Presets[^1];

    private CancellationTokenSource? _load;
    private Question? _shown;
    private Project? _project;
    private Core.Analytics.Overview? _overview;
    private Words _words = new(TimeRange.Default, TimeSpan.FromDays(1), TimeSpan.FromHours(1), TimeZoneInfo.Utc);
    private IReadOnlyList<CostSeries> _costs = [];
    private TraceListItem? _newest;
    private DateTimeOffset _now;
    private int _lagging;
    private bool _isEmpty;
    private bool _busy;
    private bool _changed;
    private Exception? _error;

    [SupplyParameterFromQuery(Name = "env")]
    public string? Environment { get; set; }

    /// <summary>The charts that show their table, joined by commas.</summary>
    [SupplyParameterFromQuery(Name = "table")]
    public string? Tables { get; set; }

    [CascadingParameter]
    private TimeRange Range { get; set; } = TimeRange.Default;

    [CascadingParameter]
    private TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Utc;

    protected override async Task OnParametersSetAsync()
    {
        var question = new Question(Range, Zone, Environment);
        if (question == _shown)
            return;
        _shown = question;

        // The prerendered page is the frame with a skeleton: it is there at once, and the database is asked once.
        if (RendererInfo.IsInteractive)
            await ReloadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _ = FollowAsync();
    }

    protected override Task<bool> OnChangesAsync(ChangeSet changes, CancellationToken cancellationToken)
    {
        _changed = true;
        return Task.FromResult(false);
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        if (_load is not null)
        {
            await _load.CancelAsync();
            _load.Dispose();
        }

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
        _busy = true;
        if (await LoadAsync(load.Token))
            _busy = false;
    }

    /// <returns>Whether the answer is the one that the reader still waits for.</returns>
    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _changed = false;
            var (range, zone, environment) = _shown!;
            var project = _project ??= await current.GetAsync(cancellationToken);
            Follow(project.Id);
            var now = time.GetUtcNow();
            var (from, to) = Ends(range, now);
            var offset = zone.GetUtcOffset(to);
            var overview = await shared.GetAsync(
                ("overview", project.Id, from, to, offset, environment),
                feed.CurrentTick(project.Id),
                () => queries.GetAsync(project.Id, from, to, offset, environment, CancellationToken.None),
                cancellationToken);
            var isEmpty = overview is { Current.Traces: 0, Current.Calls: 0, Previous.Traces: 0, Lag.Minutes: 0, Slowest.Count: 0, MostExpensive.Count: 0 };
            if (isEmpty)
            {
                var any = await search.SearchAsync(project.Id, new TraceFilter(), TraceOrder.NewestFirst, null, 1, cancellationToken);
                _newest = any.Items.Count > 0 ? any.Items[0] : null;
            }

            _isEmpty = isEmpty;
            _overview = overview;
            _words = new Words(range, overview.To - overview.From, overview.Bucket, zone);
            _costs = CostSeries.For(project.Id, overview, colors, model => Traces(new TraceQuery { Model = model }));
            _lagging = overview.Lag.Minutes > 0 ? _lagging + 1 : 0;
            _now = now;
            _error = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            LogFailed(e);
            _error = e;
        }

        return true;
    }

    // All readers ask at whole seconds, so that those who ask the same are answered once.
    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pace - TimeSpan.FromTicks(time.GetUtcNow().Ticks % Pace.Ticks), time, Gone);
                var due = _changed || _error is not null || _overview is { Lag.Minutes: > 0 } || time.GetUtcNow() - _now > MaxAge;
                if (!due || _busy || _load is not { } load || !(Range.IsOpen || _overview is { Lag.Minutes: > 0 }))
                    continue;
                if (await LoadAsync(load.Token))
                    StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    // A range that ends now ends with its minute: readers who look at the same range ask the same. One that has no beginning
    // begins a year before its end.
    private static (DateTimeOffset From, DateTimeOffset To) Ends(TimeRange range, DateTimeOffset now)
    {
        var (from, to) = range.Resolve(now);
        var end = to ?? new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute) + TimeSpan.TicksPerMinute, TimeSpan.Zero);
        var start = from ?? end.AddYears(-1);
        return (start < end ? start : end.AddMinutes(-1), end);
    }

    private string Traces(TraceQuery query) => (query with { Environment = Environment }).ToUrl(Range);

    private string Traces(TraceQuery query, OverviewPoint point) =>
        (query with { Environment = Environment }).ToUrl(new TimeRange { From = point.Start, To = point.Start + _overview!.Bucket });

    private string Bucket(OverviewPoint point) => Traces(new TraceQuery(), point);

    private void OpenCost(SelectedData<OverviewPoint> selected)
    {
        // Not by name: a model can have the name of what is not one model.
        var series = _costs.FirstOrDefault(c => c.At == selected.Series.YValue);
        navigation.NavigateTo(Traces(new TraceQuery { Model = string.IsNullOrEmpty(series?.Cost.Model) ? null : series.Cost.Model }, selected.Item));
    }

    private void OpenTraces(SelectedData<OverviewPoint> selected) =>
        navigation.NavigateTo(Traces(new TraceQuery { Status = selected.Series.Name == FailedSeries ? TraceStatusFilter.Error : null }, selected.Item));

    private void Zoom(SelectionData<OverviewPoint> stretch) =>
        navigation.NavigateTo(Address(new TimeRange { From = stretch.First.Start, To = stretch.Last.Start + _overview!.Bucket }));

    private string Address(TimeRange range) => navigation.GetUriWithQueryParameters(range.ToQuery());

    private string Address(string? env) => navigation.GetUriWithQueryParameter("env", env);

    private bool IsTable(string chart) => Tables?.Split(',').Contains(chart) is true;

    private void ShowTable(string chart, bool on)
    {
        var others = (Tables ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Where(t => t != chart);
        var tables = string.Join(',', on ? others.Append(chart) : others);
        navigation.NavigateTo(navigation.GetUriWithQueryParameter("table", tables.Length == 0 ? null : tables), replace: true);
    }

    [LoggerMessage(1, LogLevel.Error, "The overview could not be read.", EventName = "OverviewFailed")]
    private partial void LogFailed(Exception exception);

    private sealed record Question(TimeRange Range, TimeZoneInfo Zone, string? Environment);
}
