using Npgsql;

namespace TraceDashboard.Core.Storage;

/// <summary>What one process at a time does on a database that several share. The values are keys of advisory locks.</summary>
internal enum SharedWork : long
{
    Migrations = 0x5452_4143_4544_4231,
    Repricing = 0x5452_4143_4544_4232,
    Retention = 0x5452_4143_4544_4233,
    StoreCheck = 0x5452_4143_4544_4234,
}

/// <summary>Held while this process does such work. It ends with the process at the latest, because the lock belongs to a connection.</summary>
internal sealed class WorkClaim : IAsyncDisposable
{
    private readonly SharedWork _work;
    private readonly NpgsqlConnection? _connection;

    private WorkClaim(SharedWork work, NpgsqlConnection? connection) => (_work, _connection) = (work, connection);

    /// <returns>Null when another process does it. On SQLite there is none.</returns>
    public static async Task<WorkClaim?> TryTakeAsync(TraceStore store, SharedWork work, CancellationToken cancellationToken)
    {
        if (store.Postgres is not { } postgres)
            return new WorkClaim(work, null);
        var connection = await postgres.OpenConnectionAsync(cancellationToken);
        try
        {
            if (await AskAsync(connection, "SELECT pg_try_advisory_lock($1)", work, cancellationToken))
                return new WorkClaim(work, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is null)
            return;
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
