using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Core.Storage;

/// <summary>
/// The way to the database. On SQLite, whose calls block, reads run on threads of their own, and all writers take turns. However many
/// readers there are and however long they take: no writer waits for one.
/// </summary>
public sealed class TraceStore : IDisposable
{
    private readonly Func<TraceDbContext> _createContext;
    private readonly SqliteScheduler? _readers;
    private readonly SqliteScheduler? _writer;
    private readonly SemaphoreSlim? _reads;

    public TraceStore(IOptions<DatabaseOptions> options, ILoggerFactory loggers)
    {
        Provider = options.Value.Provider;
        ConnectionString = options.Value.ConnectionString;
        if (Provider == DatabaseProvider.Sqlite)
        {
            _createContext = new PooledDbContextFactory<SqliteTraceDbContext>(SqliteTraceDbContext.Options(ConnectionString)).CreateDbContext;
            _readers = new SqliteScheduler(options.Value.SqliteReaders, "sqlite reader");
            _writer = new SqliteScheduler(1, "sqlite side writer");
            WriteGate = new SqliteWriteGate();
            Checkpointer = new SqliteCheckpointer(ConnectionString, WriteGate, loggers.CreateLogger<SqliteCheckpointer>());
        }
        else
        {
            Postgres = PostgresDatabase.DataSource(ConnectionString, options.Value.Schema, loggers);
            PostgresWriting = PostgresDatabase.WritingDataSource(ConnectionString, options.Value.Schema, loggers);
            _createContext = new PooledDbContextFactory<PostgresTraceDbContext>(PostgresTraceDbContext.Options(Postgres)).CreateDbContext;
            _reads = new SemaphoreSlim(PostgresDatabase.MostReads(ConnectionString));
        }
    }

    public DatabaseProvider Provider { get; }

    internal string ConnectionString { get; }

    /// <summary>Connections to PostgreSQL; null on SQLite.</summary>
    internal NpgsqlDataSource? Postgres { get; }

    /// <summary>Connections of the bulk writer, whose plans are settled; null on SQLite.</summary>
    internal NpgsqlDataSource? PostgresWriting { get; }

    /// <summary>Whose turn it is to write; null on PostgreSQL.</summary>
    internal SqliteWriteGate? WriteGate { get; }

    /// <summary>Told of each commit; null on PostgreSQL.</summary>
    internal SqliteCheckpointer? Checkpointer { get; }

    /// <summary>The database file; null on PostgreSQL, and while another process has it.</summary>
    internal SqliteFile? File { get; private set; }

    /// <summary>Why the store did not take the last batch; null when it did. Errors in the data are none of the store.</summary>
    internal Exception? WriteFailure { get; private set; }

    /// <summary>Takes the database file for this process, on SQLite.</summary>
    /// <returns>False when another process has it.</returns>
    internal bool TryClaimFile() => (File ??= SqliteFile.TryClaim(ConnectionString)) is not null;

    /// <summary>What this process is at, see <see cref="WorkClaim"/>.</summary>
    internal ConcurrentDictionary<SharedWork, bool> Claimed { get; } = [];

    /// <summary>A context for work that must run on the caller's thread, such as migrations.</summary>
    internal TraceDbContext CreateContext() => _createContext();

    /// <summary>Runs a query on a context of its own, without tracking.</summary>
    public async Task<T> ReadAsync<T>(Func<TraceDbContext, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        if (_readers is not null)
            return await _readers.RunAsync(() => RunAsync(read, cancellationToken), cancellationToken);
        await _reads!.WaitAsync(cancellationToken);
        try
        {
            return await RunAsync(read, cancellationToken);
        }
        finally
        {
            _reads.Release();
        }
    }

    /// <summary>
    /// As <see cref="ReadAsync"/>, for the little that has to be known before something can be written: it does not stand behind the
    /// queries of readers.
    /// </summary>
    internal Task<T> ReadToWriteAsync<T>(Func<TraceDbContext, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        _writer is null ? RunAsync(read, cancellationToken) : _writer.RunAsync(() => RunAsync(read, cancellationToken), cancellationToken);

    /// <summary>
    /// Runs a change on a context of its own. On SQLite it holds up ingestion while it runs: it should take under 5 ms,
    /// so long work comes in slices.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<TraceDbContext, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        if (WriteGate is null || _writer is null)
            return await RunAsync(write, cancellationToken);
        using (await WriteGate.EnterAsync(cancellationToken))
        {
            return await _writer.RunAsync(
                () => RunAsync(
                    async (db, ct) =>
                    {
                        await db.Database.OpenConnectionAsync(ct);
                        var result = await write(db, ct);
                        File?.EnsureInPlace();
                        Checkpointer!.Committed(((SqliteConnection)db.Database.GetDbConnection()).Handle!);
                        return result;
                    },
                    cancellationToken),
                cancellationToken);
        }
    }

    /// <summary>Writes a batch, and remembers whether the store took it.</summary>
    internal async Task<T> NoteAsync<T>(Func<Task<T>> write)
    {
        try
        {
            var result = await write();
            WriteFailure = null;
            return result;
        }
        catch (Exception e) when (e is not OperationCanceledException && StoreErrors.IsUnavailable(e))
        {
            WriteFailure = e;
            throw;
        }
    }

    public void Dispose()
    {
        Checkpointer?.Dispose();
        _readers?.Dispose();
        _writer?.Dispose();
        _reads?.Dispose();
        WriteGate?.Dispose();
        if (Provider == DatabaseProvider.Sqlite)
            SqliteDatabase.Release(ConnectionString);
        File?.Dispose();
        Postgres?.Dispose();
        PostgresWriting?.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<TraceDbContext, CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        await using var context = _createContext();
        return await run(context, cancellationToken);
    }
}
