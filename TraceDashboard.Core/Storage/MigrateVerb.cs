using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Core.Storage;

/// <summary><c>migrate</c> on the command line: brings the schema up to date, or prints the SQL that does.</summary>
public static class MigrateVerb
{
    public const string Name = "migrate";
    public const string Script = "--script";

    /// <param name="services">Of an app that is not started.</param>
    /// <param name="script">Whether only to print what would be done.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, bool script, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        var initializer = services.GetRequiredService<StoreInitializer>();
        if (script)
        {
            await output.WriteLineAsync(await initializer.LookAsync((db, schema) => ScriptAsync(db, schema, cancellationToken), cancellationToken));
            return 0;
        }

        await initializer.OpenAsync(migrate: true, cancellationToken);
        await output.WriteLineAsync("The schema is up to date.");
        return 0;
    }

    private static async Task<string> ScriptAsync(TraceDbContext db, StoreSchema schema, CancellationToken cancellationToken)
    {
        if (schema.Pending.Count == 0)
            return "-- The schema is up to date.";
        var last = schema.Applied.Count == 0 ? Migration.InitialDatabase : schema.Applied[^1];
        return $"{await PreludeAsync(db, isNew: schema.Applied.Count == 0, cancellationToken)}\n{db.GetService<IMigrator>().GenerateScript(last)}";
    }

    private static async Task<string> PreludeAsync(TraceDbContext db, bool isNew, CancellationToken cancellationToken)
    {
        if (db.Database.IsSqlite())
            return isNew ? SqliteDatabase.NewFilePragmas : "";
        var name = await PostgresSchema.NameAsync(db, cancellationToken);
        return $"{PostgresSchema.CreateSql(name)}\nSET search_path TO {name};";
    }
}
