namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>Writes on one thread of its own, in turn with the other writers of the process.</summary>
internal sealed class SqliteSpanWriter(TraceStore store, PriceBooks prices, TimeProvider time) : SpanWriter(prices, time), IDisposable
{
    private readonly SqliteScheduler _thread = new(1, "sqlite writer");
    private readonly SqliteWriteConnection _connection = new(store.ConnectionString);

    /// <summary>The writer's own thread: a loop that runs there writes without handing anything to another thread.</summary>
    public override TaskScheduler Scheduler => _thread;

    /// <summary>Sleeps: a timer would come back by two other threads, a millisecond later.</summary>
    public override Task PauseAsync(TimeSpan time)
    {
        Thread.Sleep(time);
        return Task.CompletedTask;
    }

    private protected override Task<T> RunAsync<T>(int today, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        return store.NoteAsync(async () =>
        {
            using (await store.WriteGate!.EnterAsync(cancellationToken))
            {
                return await (TaskScheduler.Current == _thread ? TransactAsync() : _thread.RunAsync(TransactAsync, CancellationToken.None));
            }
        });

        // Once begun, a transaction runs to its end: nothing in it waits for anything but the disk.
        async Task<T> TransactAsync()
        {
            await using var session = new SqliteWriteSession(_connection, store.File);
            var result = await work(session);
            store.Checkpointer!.Committed(_connection.Connection.Handle!);
            return result;
        }
    }

    public void Dispose()
    {
        _thread.Dispose();
        _connection.Dispose();
    }
}
