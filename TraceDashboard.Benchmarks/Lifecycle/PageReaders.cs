using TraceDashboard.Benchmarks.Hosts;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Search;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Benchmarks.Lifecycle;

/// <summary>Readers that do what open pages do: wait for a signal, and ask again when it concerns what they show.</summary>
internal sealed class PageReaders(HostedApp app, IReadOnlyList<string> traceIds)
{
    private const int PageSize = 100;

    private readonly LiveFeed _feed = app.Get<LiveFeed>();
    private readonly SharedQueries _shared = app.Get<SharedQueries>();
    private readonly TraceSearch _search = app.Get<TraceSearch>();
    private readonly TraceReader _reader = app.Get<TraceReader>();
    private long _signals;
    private long _answers;

    /// <summary>Signals that all readers got together.</summary>
    public long Signals => Interlocked.Read(ref _signals);

    /// <summary>Pages that all readers showed anew together.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>Half of them show the list, a quarter the list of running traces, a quarter one trace each; runs until it is cancelled.</summary>
    public async Task RunAsync(int readers, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, readers).Select(n => (n % 4) switch
            {
                0 or 1 => ShowListAsync(new TraceFilter(), cancellationToken),
                2 => ShowListAsync(new TraceFilter { Status = TraceStatusFilter.Running }, cancellationToken),
                _ => ShowTraceAsync(traceIds[n * traceIds.Count / readers], cancellationToken),
            }));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The measurement is over.
        }
    }

    private async Task ShowListAsync(TraceFilter filter, CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(Projects.DefaultId);
        while (true)
        {
            var changes = await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            var key = (Projects.DefaultId, filter, TraceOrder.NewestFirst, PageSize);
            await _shared.GetAsync(
                key, changes.Tick,
                () => _search.SearchAsync(Projects.DefaultId, filter, TraceOrder.NewestFirst, null, PageSize, CancellationToken.None), cancellationToken);
            Interlocked.Increment(ref _answers);
        }
    }

    private async Task ShowTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        using var subscription = _feed.Subscribe(Projects.DefaultId);
        while (true)
        {
            var changes = await subscription.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _signals);
            if (!changes.Contains(traceId))
                continue;
            await _reader.GetTraceAsync(Projects.DefaultId, traceId, cancellationToken);
            await _reader.GetSpansAsync(Projects.DefaultId, traceId, cancellationToken);
            Interlocked.Increment(ref _answers);
        }
    }
}
