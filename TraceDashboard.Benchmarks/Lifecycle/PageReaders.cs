using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Components.Pages.Trace;
using TraceDashboard.Components.Pages.Traces;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>Readers that ask what open pages ask, as often as they do, and in the same shared way.</summary>
internal sealed class PageReaders(HostedApp app, IReadOnlyList<string> traceIds)
{
    private const int PageSize = 100;

    private const int RefreshSize = 500;

    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan OverviewInterval = TimeSpan.FromSeconds(1);

    private readonly LiveFeed _feed = app.Get<LiveFeed>();
    private readonly SharedQueries _shared = app.Get<SharedQueries>();
    private readonly TraceSearch _search = app.Get<TraceSearch>();
    private readonly TraceReader _reader = app.Get<TraceReader>();
    private readonly TraceTreeCache _trees = app.Get<TraceTreeCache>();
    private readonly OverviewQueries _overview = app.Get<OverviewQueries>();
    private readonly PriceBook _prices = PriceBook.Default;
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
                0 or 1 => ShowListAsync(new TraceFilter(), cancellationToken),
                2 => ShowListAsync(new TraceFilter { Status = TraceStatusFilter.Running }, cancellationToken),
                3 => ShowTraceAsync(traceIds[n * traceIds.Count / readers], cancellationToken),
                _ => ShowOverviewAsync(cancellationToken),
            }));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The measurement is over.
        }
    }

    private async Task ShowListAsync(TraceFilter filter, CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(DefaultProject.Id);
        var list = new TraceList();
        list.Reset(await FirstPageAsync());
        var counted = _time.GetTimestamp();
        while (true)
        {
            var changes = await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            var changed = changes.Everything && list.Apply([], (await FirstPageAsync()).Items, hold: false);
            var ids = changes.Everything ? list.Items.Select(i => i.TraceId) : changes.TraceIds.Where(list.Concerns);
            foreach (var chunk in ids.Order(StringComparer.Ordinal).Chunk(RefreshSize))
            {
                var found = await _shared.GetAsync(
                    ("traces", DefaultProject.Id, filter, string.Join('\n', chunk)), changes.Tick,
                    () => _search.RefreshAsync(DefaultProject.Id, filter, chunk, CancellationToken.None), cancellationToken);
                changed |= list.Apply(chunk, found, hold: false);
            }

            if (changed)
                Interlocked.Increment(ref _answers);
            if (!changed || _time.GetElapsedTime(counted) <= CountInterval)
                continue;
            counted = _time.GetTimestamp();
            await _shared.GetAsync(
                ("traces count", DefaultProject.Id, filter), changes.Tick, () => _search.CountAsync(DefaultProject.Id, filter, CancellationToken.None), cancellationToken);
        }

        Task<Core.Search.TracePage> FirstPageAsync() => _shared.GetAsync(
            ("traces", DefaultProject.Id, filter), _feed.CurrentTick(DefaultProject.Id),
            () => _search.SearchAsync(DefaultProject.Id, filter, TraceOrder.NewestFirst, null, PageSize, CancellationToken.None), cancellationToken);
    }

    private async Task ShowTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(DefaultProject.Id);
        while (true)
        {
            var changes = await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            if (!changes.Contains(traceId))
                continue;
            var trace = await _shared.GetAsync(
                (nameof(TraceDetails), DefaultProject.Id, traceId), changes.Tick,
                () => _reader.GetTraceAsync(DefaultProject.Id, traceId, CancellationToken.None), cancellationToken);
            if (trace is null)
                continue;
            var tree = await _trees.GetAsync(DefaultProject.Id, traceId, trace.Version, () => SpansOf(traceId), cancellationToken);
            var spanId = tree.SpanId[0];
            await _shared.GetAsync(
                (nameof(SpanContent), DefaultProject.Id, traceId, spanId), changes.Tick,
                async () => await _reader.GetSpanAsync(DefaultProject.Id, traceId, spanId, SpanContent.CutAt, CancellationToken.None) is { } span
                    ? await Task.Run(() => SpanContent.Read(span, _prices))
                    : null,
                cancellationToken);
            Interlocked.Increment(ref _answers);
        }
    }

    private async Task ShowOverviewAsync(CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(DefaultProject.Id);
        using var timer = new PeriodicTimer(OverviewInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var changes = await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            var to = RoundUpToMinute(_time.GetUtcNow());
            await _shared.GetAsync(
                ("overview", DefaultProject.Id, to), changes.Tick,
                () => _overview.GetAsync(DefaultProject.Id, to.AddDays(-1), to, TimeSpan.Zero, null, CancellationToken.None), cancellationToken);
            Interlocked.Increment(ref _answers);
        }
    }

    private async Task<IReadOnlyList<SpanFacts>> SpansOf(string traceId) =>
        await _reader.GetSpansAsync(DefaultProject.Id, traceId, CancellationToken.None) is { } spans ? spans.Spans : [];

    private static DateTimeOffset RoundUpToMinute(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute) + TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
