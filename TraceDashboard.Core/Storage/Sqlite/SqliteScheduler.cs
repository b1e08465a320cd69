namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>A few threads for SQLite's blocking calls, so that they never sit on the thread pool or on a circuit.</summary>
public sealed class SqliteScheduler : TaskScheduler, IDisposable
{
    // Not a BlockingCollection: it spins before it sleeps, on a processor that somebody else could use.
    private readonly Queue<Task> _queue = [];
    private readonly Thread[] _threads;
    private bool _closed;

    public SqliteScheduler(int threads, string name)
    {
        _threads = [.. Enumerable.Range(1, threads).Select(n => new Thread(Work) { IsBackground = true, Name = $"{name} {n}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    public override int MaximumConcurrencyLevel => _threads.Length;

    /// <summary>
    /// Runs the work, and what it continues with, on these threads; what its caller goes on with runs on the thread pool.
    /// There it must: a caller that disposes of the store would else wait for its own thread to end.
    /// </summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, this).Unwrap()
            .ContinueWith(static done => done, CancellationToken.None, TaskContinuationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();

    /// <summary>Does what is queued, and ends the threads.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _closed = true;
            Monitor.PulseAll(_queue);
        }

        foreach (var thread in _threads)
            thread.Join();
    }

    protected override void QueueTask(Task task)
    {
        lock (_queue)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _queue.Enqueue(task);
            Monitor.Pulse(_queue);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && _threads.Contains(Thread.CurrentThread) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_queue)
            return [.. _queue];
    }

    private void Work()
    {
        while (Take() is { } task)
            TryExecuteTask(task);
    }

    private Task? Take()
    {
        lock (_queue)
        {
            while (_queue.Count == 0 && !_closed)
                Monitor.Wait(_queue);
            return _queue.TryDequeue(out var task) ? task : null;
        }
    }
}
