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

    /// <summary>Makes the store ready for work beside the app.</summary>
    /// <returns>False when the app runs on this SQLite database: then nothing may be written but a request for it.</returns>
    public async Task<bool> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StartingAsync(cancellationToken);
            return true;
        }
        catch (StartException e) when (store.Provider == DatabaseProvider.Sqlite && e.InnerException is IOException)
        {
            return false;
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

        // EF Core's lock ends with each migration: two instances that start together would both apply the second one. A database
        // that is not there yet cannot be locked; EF Core creates it.
        var lockable = store.Provider == DatabaseProvider.Postgres && await context.Database.CanConnectAsync(cancellationToken);
        if (!lockable)
        {
            await ApplyAsync(context, cancellationToken);
            return;
        }

        await context.Database.OpenConnectionAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({(long)SharedWork.Migrations})", cancellationToken);
        try
        {
            await ApplyAsync(context, cancellationToken);
        }
        finally
        {
            await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({(long)SharedWork.Migrations})", CancellationToken.None);
        }
    }

    private async Task ApplyAsync(TraceDbContext context, CancellationToken cancellationToken)
    {
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
