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
    NavigationManager navigation, SharedOverviews overviews, CurrentProject current, SeriesColors colors, PagePace pace, TimeProvider time, ILogger<OverviewPage> logger)
{
    private const string FailedSeries = "with errors";

    // A range that ends now moves on without any news.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private static readonly TimeRange LongestRange = TimeRange.Presets[^1];

    private CancellationTokenSource? _load;
    private Question? _shown;
    private Project? _project;
    private Core.Analytics.Overview? _overview;
    private OverviewTraces _traces = new([], []);
    private string _drawnFor = "";
    private Question? _rankedFor;
    private long _rankedAt;
    private bool _isRankingOld;
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
        if (await LoadAsync(pace.Now(SharedOverviews.Pace), load.Token))
            _busy = false;
    }

    /// <param name="moment">See <see cref="PagePace"/>.</param>
    /// <returns>Whether the answer is the one that the reader still waits for.</returns>
    private async Task<bool> LoadAsync(long moment, CancellationToken cancellationToken)
    {
        try
        {
            _changed = false;
            var question = _shown!;
            var (range, zone, environment) = question;
            var project = _project ??= await current.GetAsync(cancellationToken);
            Follow(project.Id);
            var now = time.GetUtcNow();
            var ends = SharedOverviews.Ends(range, now);
            var overview = await overviews.GetAsync(project.Id, ends, zone.GetUtcOffset(ends.To), environment, moment, cancellationToken);
            var rankedAt = pace.Now(SharedOverviews.RankingPace);
            _isRankingOld = question == _rankedFor && rankedAt == _rankedAt;
            if (!_isRankingOld)
            {
                _traces = await overviews.TracesAsync(project.Id, ends, environment, rankedAt, cancellationToken);
                (_rankedFor, _rankedAt) = (question, rankedAt);
            }

            var isEmpty = overview is { Current.Traces: 0, Current.Calls: 0, Previous.Traces: 0, Lag.Minutes: 0 } && _traces is { Slowest.Count: 0, MostExpensive.Count: 0 };
            if (isEmpty)
                _newest = await overviews.NewestAsync(project.Id, moment, cancellationToken);

            _isEmpty = isEmpty;
            _overview = overview;
            _drawnFor = question.ToString();
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

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                var moment = await pace.NextAsync(SharedOverviews.Pace, Gone);
                var due = _changed || _error is not null || _overview is { Lag.Minutes: > 0 } || time.GetUtcNow() - _now > MaxAge
                    || (_isRankingOld && pace.Now(SharedOverviews.RankingPace) > _rankedAt);
                if (!due || _busy || _load is not { } load || !(Range.IsOpen || _overview is { Lag.Minutes: > 0 }))
                    continue;
                if (await LoadAsync(moment, load.Token))
                    StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
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
