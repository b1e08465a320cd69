using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Components.Pages.Overview;
using TraceDashboard.Components.Pages.Trace;
using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>Readers that ask what open pages ask, as often as they do, and in the same shared way.</summary>
internal sealed class PageReaders(HostedApp app, IReadOnlyList<string> traceIds)
{
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(2);

    private readonly LiveFeed _feed = app.Get<LiveFeed>();
    private readonly TraceListQueries _lists = app.Get<TraceListQueries>();
    private readonly SharedTraces _traces = app.Get<SharedTraces>();
    private readonly SharedOverviews _overviews = app.Get<SharedOverviews>();
    private readonly TimeProvider _time = app.Get<TimeProvider>();
    private long _signals;
    private long _answers;

    /// <summary>Signals that all readers got together.</summary>
    public long Signals => Interlocked.Read(ref _signals);

    /// <summary>Pages that all readers showed anew together.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>
    /// Eight of twenty show the list, four the list of running traces, four one trace each with its span, four the overview; runs
    /// until it is cancelled.
    /// </summary>
    public async Task RunAsync(int readers, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, readers).Select(n => (n % 5) switch
            {
                0 or 1 => ShowListAsync(new TraceQuery(), cancellationToken),
                2 => ShowListAsync(new TraceQuery { Status = TraceStatusFilter.Running }, cancellationToken),
                3 => ShowTraceAsync(traceIds[n * traceIds.Count / readers], cancellationToken),
                _ => ShowOverviewAsync(cancellationToken),
            }));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The measurement is over.
        }
    }

    private async Task ShowListAsync(TraceQuery query, CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(DefaultProject.Id);
        var list = new TraceList();
        list.Reset(await _lists.FirstPageAsync(DefaultProject.Id, Filter(), _feed.CurrentTick(DefaultProject.Id), cancellationToken));
        var counted = _time.GetTimestamp();
        while (true)
        {
            var changes = await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            var filter = Filter();
            if (!await _lists.UpdateAsync(list, DefaultProject.Id, filter, changes, () => false, cancellationToken))
                continue;
            Interlocked.Increment(ref _answers);
            if (_time.GetElapsedTime(counted) <= CountInterval)
                continue;
            counted = _time.GetTimestamp();
            await _lists.CountAsync(DefaultProject.Id, filter, changes.Tick, cancellationToken);
        }

        TraceFilter Filter() => query.ToFilter(TimeRange.Default, _time.GetUtcNow());
    }

    private async Task ShowTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(DefaultProject.Id);
        while (true)
        {
            var changes = await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            if (!changes.Contains(traceId) || await _traces.DetailsAsync(DefaultProject.Id, traceId, changes.Tick, cancellationToken) is not { } trace)
                continue;
            await _traces.ScoresAsync(DefaultProject.Id, traceId, changes.Tick, cancellationToken);
            var tree = await _traces.TreeAsync(trace, cancellationToken);
            await _traces.ContentAsync(DefaultProject.Id, traceId, tree.SpanId[0], SpanContent.CutAt, changes.Tick, cancellationToken);
            Interlocked.Increment(ref _answers);
        }
    }

    private async Task ShowOverviewAsync(CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(DefaultProject.Id);
        var pace = new PagePace(_time);
        var rankedAt = 0L;
        while (true)
        {
            var moment = await pace.NextAsync(SharedOverviews.Pace, cancellationToken);
            await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            var ends = SharedOverviews.Ends(TimeRange.Default, _time.GetUtcNow());
            await _overviews.GetAsync(DefaultProject.Id, ends, TimeSpan.Zero, null, moment, cancellationToken);
            if (pace.Now(SharedOverviews.RankingPace) is var ranking && ranking > rankedAt)
                await _overviews.TracesAsync(DefaultProject.Id, ends, null, rankedAt = ranking, cancellationToken);
            Interlocked.Increment(ref _answers);
        }
    }
}
