using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>Writes in transactions that may run side by side: those that touch the same trace take turns.</summary>
internal sealed class PostgresSpanWriter(TraceStore store, PriceBooks prices, TimeProvider time) : SpanWriter(prices, time)
{
    private const int Attempts = 5;

    private readonly ConcurrentDictionary<int, bool> _partitions = new();
    private readonly RecordLayouts _layouts = new(store.Postgres!);
    private readonly RecentTraces _recent = new();

    private protected override Task<T> RunAsync<T>(int today, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken) =>
        store.NoteAsync(() => TransactAsync(today, work, cancellationToken));

    private async Task<T> TransactAsync<T>(int today, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await EnsurePartitionAsync(today, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var layouts = await _layouts.GetAsync(cancellationToken);
                await using var session = await PostgresWriteSession.BeginAsync(store.PostgresWriting!, layouts, _recent, cancellationToken);
                return await work(session);
            }
            catch (PostgresException e) when (attempt < Attempts && e.SqlState == PostgresErrorCodes.DatatypeMismatch)
            {
                _layouts.Forget();
            }
            catch (Exception e) when (attempt < Attempts && e is TraceKeyGoneException or PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure })
            {
                // Another writer got ahead; what it wrote is read again.
            }
        }
    }

    private async Task EnsurePartitionAsync(int day, CancellationToken cancellationToken)
    {
        if (_partitions.ContainsKey(day))
            return;
        await using var connection = await store.Postgres!.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Several processes may find a new day at the same moment.
        await using var command = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture, $"""
                SELECT pg_advisory_xact_lock(hashtext('span_contents'));
                CREATE TABLE IF NOT EXISTS span_contents_{day} PARTITION OF span_contents FOR VALUES FROM ({day}) TO ({day + 1});
                """),
            connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _partitions[day] = true;
    }
}
