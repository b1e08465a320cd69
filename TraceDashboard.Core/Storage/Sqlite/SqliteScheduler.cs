using System.Collections.Concurrent;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>A few threads for SQLite's blocking calls, so that they never sit on the thread pool or on a circuit.</summary>
public sealed class SqliteScheduler : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _queue = [];
    private readonly Thread[] _threads;

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

    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _queue.Dispose();
    }

    protected override void QueueTask(Task task) => _queue.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && _threads.Contains(Thread.CurrentThread) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _queue;

    private void Work()
    {
        foreach (var task in _queue.GetConsumingEnumerable())
            TryExecuteTask(task);
    }
}
