using System.Diagnostics.CodeAnalysis;

namespace TraceDashboard.Core.Live;

/// <summary>One reader's view of the feed. Signals that it has not taken yet are merged, so a slow reader costs nothing.</summary>
public sealed class ChangeSubscription : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Action<ChangeSubscription> _dispose;
    private readonly int _maxChangedTraces;
    private ChangeSet? _pending;
    private TaskCompletionSource? _waiter;
    private bool _disposed;

    internal ChangeSubscription(Action<ChangeSubscription> dispose, int maxChangedTraces)
    {
        _dispose = dispose;
        _maxChangedTraces = maxChangedTraces;
    }

    /// <summary>Waits for a change and takes all that have gathered. One caller at a time.</summary>
    public async ValueTask<ChangeSet> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (TryTake(out var changes))
                    return changes;
                _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _waiter.Task;
            }

            await wait.WaitAsync(cancellationToken);
        }
    }

    internal void Signal(ChangeSet changes)
    {
        lock (_gate)
        {
            _pending = _pending is null ? changes : Merge(_pending, changes);
            _waiter?.TrySetResult();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _waiter?.TrySetResult();
        }

        _dispose(this);
    }

    private bool TryTake([NotNullWhen(true)] out ChangeSet? changes)
    {
        changes = _pending;
        _pending = null;
        return changes is not null;
    }

    private ChangeSet Merge(ChangeSet earlier, ChangeSet later)
    {
        if (!earlier.Everything && !later.Everything)
        {
            var ids = new HashSet<string>(earlier.TraceIds, StringComparer.Ordinal);
            ids.UnionWith(later.TraceIds);
            if (ids.Count <= _maxChangedTraces)
                return new ChangeSet(later.Tick, ids, Everything: false);
        }

        return new ChangeSet(later.Tick, new HashSet<string>(), Everything: true);
    }
}
