using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Core.Storage;

/// <summary>Brings the schema up to date before anything else starts.</summary>
internal sealed partial class StoreInitializer(
    TraceStore store, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<StoreInitializer> logger)
    : IHostedLifecycleService, IDisposable
{
    private SqliteFolderLock? _lock;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (store.Provider == DatabaseProvider.Sqlite)
        {
            _lock = SqliteFolderLock.Take(store.ConnectionString);
            SqliteDatabase.Create(store.ConnectionString);
            await MigrateAsync(cancellationToken);
            return;
        }

        var deadline = time.GetUtcNow() + options.Value.StartTimeout;
        while (true)
        {
            try
            {
                await MigrateAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient || e.InnerException is IOException or System.Net.Sockets.SocketException)
            {
                if (time.GetUtcNow() >= deadline)
                    throw new StartException($"PostgreSQL did not answer within {options.Value.StartTimeout}: {e.Message} Check ConnectionStrings:Postgres.", e);
                LogWaiting(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _lock?.Dispose();

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var context = store.CreateContext();

        // EF Core locks a SQLite database through a row, even when nothing is pending, and a kill at that moment leaves the
        // row behind for ever. The folder's lock file says that nobody else is migrating, so a row that is there is stale.
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0)
            return;
        if (store.Provider == DatabaseProvider.Sqlite)
            await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS __EFMigrationsLock", cancellationToken);
        LogMigrating(pending.Count, pending[^1]);
        await context.Database.MigrateAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Information, "Applying {Count} schema migrations, up to {Last}")]
    private partial void LogMigrating(int count, string last);

    [LoggerMessage(2, LogLevel.Warning, "Waiting for PostgreSQL: {Reason}")]
    private partial void LogWaiting(string reason);
}
