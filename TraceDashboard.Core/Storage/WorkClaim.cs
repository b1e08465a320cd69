using Npgsql;

namespace TraceDashboard.Core.Storage;

/// <summary>What is done at one place at a time, however many processes share a database. The values are keys of advisory locks.</summary>
internal enum SharedWork : long
{
    Migrations = 0x5452_4143_4544_4231,
    Repricing = 0x5452_4143_4544_4232,
    Retention = 0x5452_4143_4544_4233,
    StoreCheck = 0x5452_4143_4544_4234,
    Rollups = 0x5452_4143_4544_4235,
    Summaries = 0x5452_4143_4544_4236,
}

/// <summary>
/// Held while such work is done. On PostgreSQL it ends with the process at the latest, because the lock belongs to a connection; a SQLite
/// database has one process.
/// </summary>
internal sealed class WorkClaim : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly TraceStore _store;
    private readonly SharedWork _work;
    private readonly NpgsqlConnection? _connection;

    private WorkClaim(TraceStore store, SharedWork work, NpgsqlConnection? connection) => (_store, _work, _connection) = (store, work, connection);

    /// <returns>Null when somebody else does it, in this process or in another.</returns>
    public static async Task<WorkClaim?> TryTakeAsync(TraceStore store, SharedWork work, CancellationToken cancellationToken)
    {
        if (store.Postgres is not { } postgres)
            return store.Claimed.TryAdd(work, true) ? new WorkClaim(store, work, null) : null;
        var connection = await postgres.OpenConnectionAsync(cancellationToken);
        try
        {
            if (await AskAsync(connection, "SELECT pg_try_advisory_lock($1)", work, cancellationToken))
                return new WorkClaim(store, work, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Waits until nobody else does it.</summary>
    public static async Task<WorkClaim> TakeAsync(TraceStore store, SharedWork work, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryTakeAsync(store, work, cancellationToken) is { } claim)
                return claim;
            await Task.Delay(s_look, cancellationToken);
        }
    }

    /// <summary>To be called before what was worked out is written: without its connection the claim is gone, and another may have it.</summary>
    /// <exception cref="NpgsqlException">It is gone.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
            return;
        await using var command = new NpgsqlCommand("SELECT 1", _connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is null)
        {
            _store.Claimed.TryRemove(_work, out _);
            return;
        }

        try
        {
            await AskAsync(_connection, "SELECT pg_advisory_unlock($1)", _work, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The connection is gone, and the lock with it.
        }

        await _connection.DisposeAsync();
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, SharedWork work, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter { Value = (long)work } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
