using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Core.Storage;

/// <summary>Makes the store ready before anything else starts: takes the file or waits for the server, and brings the schema up to date.</summary>
internal sealed partial class StoreInitializer(TraceStore store, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<StoreInitializer> logger) : IStartStep
{
    public Task PrepareAsync(CancellationToken cancellationToken) => OpenAsync(options.Value.Migrate, cancellationToken);

    /// <param name="migrate">Whether to apply what is pending; otherwise it is a reason to refuse.</param>
    public async Task OpenAsync(bool migrate, CancellationToken cancellationToken)
    {
        if (!await TryOpenAsync(migrate, cancellationToken))
            throw new StartException($"Another process is using the database {SqliteFile.PathOf(store.ConnectionString)}. Stop it, or set ConnectionStrings:Sqlite to another file.");
    }

    /// <summary>Makes the store ready for work beside the app.</summary>
    /// <returns>False when the app runs on this SQLite database: then nothing may be written but a request for it.</returns>
    public Task<bool> TryOpenAsync(CancellationToken cancellationToken) => TryOpenAsync(options.Value.Migrate, cancellationToken);

    /// <summary>Looks at the schema without changing anything.</summary>
    public async Task<T> LookAsync<T>(Func<TraceDbContext, StoreSchema, Task<T>> look, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = store.CreateContext();
            var schema = await StoreSchema.ReadAsync(db, cancellationToken);
            await ThrowIfForeignAsync(db, schema, cancellationToken);
            return await look(db, schema);
        }
        catch (Exception e) when (e is SqliteException or NpgsqlException or SocketException)
        {
            throw Refused(e);
        }
    }

    private async Task<bool> TryOpenAsync(bool migrate, CancellationToken cancellationToken)
    {
        if (store.Provider == DatabaseProvider.Postgres)
        {
            await OpenServerAsync(migrate, cancellationToken);
            return true;
        }

        try
        {
            var isOurs = store.TryClaimFile();
            if (isOurs)
                SqliteDatabase.Create(store.ConnectionString);
            await using var db = store.CreateContext();
            await BringUpToDateAsync(db, isOurs && migrate, cancellationToken);
            return isOurs;
        }
        catch (SqliteException e)
        {
            throw Refused(e);
        }
    }

    private async Task OpenServerAsync(bool migrate, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + options.Value.StartTimeout;
        while (true)
        {
            try
            {
                await using var db = store.CreateContext();
                await OpenServerAsync(db, migrate, cancellationToken);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or SocketException || e.InnerException is NpgsqlException)
            {
                // EF Core wraps what may pass.
                var error = e is NpgsqlException or SocketException ? e : e.InnerException!;
                if (error is PostgresException { IsTransient: false })
                    throw Refused(error);
                if (time.GetUtcNow() >= deadline)
                    throw new StartException($"PostgreSQL did not answer within {options.Value.StartTimeout}: {error.Message} Check ConnectionStrings:Postgres.", error);
                LogWaiting(error.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    private async Task OpenServerAsync(TraceDbContext db, bool migrate, CancellationToken cancellationToken)
    {
        var database = db.GetService<IRelationalDatabaseCreator>();
        if (migrate && !await database.ExistsAsync(cancellationToken))
            await database.CreateAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        await PostgresRequirements.CheckServerAsync(db, options.Value, cancellationToken);

        // EF Core's lock ends with each migration: two instances that start together would both apply the second one.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({(long)SharedWork.Migrations})", cancellationToken);
        try
        {
            if (migrate)
                await PostgresSchema.CreateAsync(db, cancellationToken);
            await BringUpToDateAsync(db, migrate, cancellationToken);
            await PostgresRequirements.CheckRightsAsync(db, cancellationToken);
        }
        finally
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({(long)SharedWork.Migrations})", CancellationToken.None);
        }
    }

    private async Task BringUpToDateAsync(TraceDbContext db, bool migrate, CancellationToken cancellationToken)
    {
        var schema = await StoreSchema.ReadAsync(db, cancellationToken);
        await ThrowIfForeignAsync(db, schema, cancellationToken);
        if (schema.Pending is { Count: > 0 } pending)
        {
            if (!migrate)
            {
                throw new StartException(
                    $"{await NameAsync(db, cancellationToken)} lacks {pending.Count} migrations of its schema, up to {pending[^1]}. Stop what runs on it and run the verb migrate, or the SQL that migrate --script prints.");
            }

            // EF Core locks a SQLite database through a row, even when nothing is pending, and a kill at that moment leaves the
            // row behind for ever. The file is ours, so a row that is there is stale.
            if (store.Provider == DatabaseProvider.Sqlite)
                await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS __EFMigrationsLock", cancellationToken);
            LogMigrating(pending.Count, pending[^1]);
            await db.Database.MigrateAsync(cancellationToken);
            schema = await StoreSchema.ReadAsync(db, cancellationToken);
        }

        if (schema.Misfits() is { Count: > 0 } misfits)
            throw new StartException($"{await NameAsync(db, cancellationToken)} does not fit this version of the app: {StoreSchema.Some(misfits)}. Restore a backup.");
    }

    private async Task ThrowIfForeignAsync(TraceDbContext db, StoreSchema schema, CancellationToken cancellationToken)
    {
        if (schema.Refusal(ownsAll: store.Provider == DatabaseProvider.Sqlite) is { } refusal)
            throw new StartException($"{await NameAsync(db, cancellationToken)} {refusal} Or set {(store.Provider == DatabaseProvider.Sqlite ? "ConnectionStrings:Sqlite to another file" : "Database:Schema to another schema")}.");
    }

    private async Task<string> NameAsync(TraceDbContext db, CancellationToken cancellationToken) => store.Provider == DatabaseProvider.Sqlite
        ? $"The database {SqliteFile.PathOf(store.ConnectionString)}"
        : $"The schema {await PostgresSchema.NameAsync(db, cancellationToken)} of the PostgreSQL database {db.Database.GetDbConnection().Database}";

    private StartException Refused(Exception e) => e switch
    {
        SqliteException => new($"The database {SqliteFile.PathOf(store.ConnectionString)} cannot be used ({e.Message}). Restore a backup, or set ConnectionStrings:Sqlite to another file.", e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } p =>
            new($"PostgreSQL says: {p.MessageText}. Grant it to the user of ConnectionStrings:Postgres, or have another user run the SQL that the verb migrate --script prints, and set Database:Migrate to false.", e),
        PostgresException p => new($"PostgreSQL says: {p.MessageText}. Check ConnectionStrings:Postgres.", e),
        _ => new($"PostgreSQL did not answer: {e.Message} Check ConnectionStrings:Postgres.", e),
    };

    [LoggerMessage(1, LogLevel.Information, "Applying {Count} schema migrations, up to {Last}")]
    private partial void LogMigrating(int count, string last);

    [LoggerMessage(2, LogLevel.Warning, "Waiting for PostgreSQL: {Reason}")]
    private partial void LogWaiting(string reason);
}
