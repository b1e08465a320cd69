using System.Collections.Concurrent;

namespace TraceDashboard.Core.Live;

/// <summary>Answers equal queries of one tick once for all readers.</summary>
public sealed class SharedQueries(TimeProvider time)
{
    private readonly ConcurrentDictionary<object, Entry> _latest = new();

    /// <summary>
    /// Runs <paramref name="query"/>, or joins another reader's run for the same key that began at the same tick or later.
    /// The run is nobody's own: it goes on when one of its readers goes away, and waits for no circuit.
    /// </summary>
    /// <param name="key">Equal for queries with equal answers; names the project.</param>
    /// <param name="tick">The tick whose changes the answer must show.</param>
    public async Task<T> GetAsync<T>(object key, long tick, Func<Task<T>> query, CancellationToken cancellationToken)
    {
        var entry = _latest.AddOrUpdate(
            key,
            static (_, state) => new Entry(state.tick, state.query),
            static (_, current, state) => current.Tick >= state.tick && !current.Failed ? current : new Entry(state.tick, state.query),
            (tick, query: (Func<Task>)RunAsync));
        try
        {
            return await ((Task<T>)entry.Run.Value).WaitAsync(cancellationToken);
        }
        finally
        {
            // What has been answered is kept for the length of a tick only; the store stays the truth.
            _ = ExpireAsync(key, entry);
        }

        // On the thread pool, and not in the context of the reader who happens to be the first: it may be busy, or gone.
        Task<T> RunAsync() => Task.Run(query, CancellationToken.None);
    }

    private async Task ExpireAsync(object key, Entry entry)
    {
        if (Interlocked.Exchange(ref entry.Expiring, 1) != 0)
            return;
        await Task.Delay(TimeSpan.FromMilliseconds(250), time, CancellationToken.None);
        _latest.TryRemove(KeyValuePair.Create(key, entry));
    }

    private sealed class Entry(long tick, Func<Task> query)
    {
        public int Expiring;

        public long Tick { get; } = tick;

        public Lazy<Task> Run { get; } = new(query);

        public bool Failed => Run.IsValueCreated && (Run.Value.IsFaulted || Run.Value.IsCanceled);
    }
}
