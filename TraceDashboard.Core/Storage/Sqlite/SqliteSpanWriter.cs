using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>Writes on one thread of its own, in turn with the other writers of the process.</summary>
internal sealed class SqliteSpanWriter(TraceStore store, PriceCatalogue prices, TimeProvider time) : SpanWriter(prices, time), IDisposable
{
    private readonly SqliteScheduler _thread = new(1, "sqlite writer");
    private readonly SqliteWriteConnection _connection = new(store.ConnectionString);

    private protected override async Task<T> RunAsync<T>(int today, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        using (await store.WriteGate!.EnterAsync(cancellationToken))
        {
            // Once begun, a transaction runs to its end: nothing in it waits for anything but the disk.
            return await _thread.RunAsync(
                async () =>
                {
                    await using var session = new SqliteWriteSession(_connection);
                    return await work(session);
                },
                CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _thread.Dispose();
        _connection.Dispose();
    }
}
