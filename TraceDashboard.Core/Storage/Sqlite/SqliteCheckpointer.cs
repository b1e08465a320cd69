using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>
/// Moves what was committed from the write-ahead log into the database file, on a thread of its own. Left to SQLite, the commit
/// that fills the log would do it, and everybody behind that commit would wait.
/// </summary>
internal sealed partial class SqliteCheckpointer : IDisposable
{
    /// <summary>
    /// Pages written since the last checkpoint that ask for the next one: 128 MB. Updates of open traces write the same pages over and
    /// over, and a checkpoint, beside which commits take longer, writes each page once.
    /// </summary>
    internal const int MaxPages = 8_000;

    private readonly string _connectionString;
    private readonly SqliteWriteGate _gate;
    private readonly ILogger _logger;
    private readonly int _maxPages;
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly SqliteScheduler _thread = new(1, "sqlite checkpoint");
    private readonly Task _loop;
    private int _written;

    public SqliteCheckpointer(string connectionString, SqliteWriteGate gate, ILogger logger, int maxPages = MaxPages)
    {
        _maxPages = maxPages;
        _connectionString = connectionString;
        _gate = gate;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>When the log has been moved; for tests.</summary>
    internal event Action? Moved;

    /// <summary>To be called by every writer after each commit, while it is still its turn.</summary>
    public void Committed(sqlite3 database)
    {
        raw.sqlite3_db_status(database, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, resetFlg: 1);
        _written += written;
        if (_written < _maxPages || _wanted.CurrentCount > 0)
            return;
        _written = 0;
        _wanted.Release();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop.GetAwaiter().GetResult();
        _thread.Dispose();
        _wanted.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        SqliteConnection? connection = null;
        try
        {
            while (true)
            {
                await _wanted.WaitAsync(_stop.Token);
                try
                {
                    connection ??= SqliteDatabase.Open(_connectionString);

                    // Nearly all of it beside the writers, the rest in turn with them: only when all of the log is in the file
                    // does the next commit begin the log anew.
                    await CheckpointAsync(connection);
                    using (await _gate.EnterAsync(_stop.Token))
                        await CheckpointAsync(connection);
                    Moved?.Invoke();
                }
                catch (SqliteException e)
                {
                    LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The store is closing, and the last connection moves what is left.
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private Task<bool> CheckpointAsync(SqliteConnection connection) => _thread.RunAsync(
        () =>
        {
            SqliteException.ThrowExceptionForRC(
                raw.sqlite3_wal_checkpoint_v2(connection.Handle, null, raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _), connection.Handle);
            return Task.FromResult(true);
        },
        CancellationToken.None);

    [LoggerMessage(1, LogLevel.Warning, "The write-ahead log could not be moved into the database; it is tried again when more has been written")]
    private partial void LogFailed(Exception exception);
}
