using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Configuration;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>How a PostgreSQL server must be set up for the app, and what it must let the app do.</summary>
internal static class PostgresRequirements
{
    private const string Rights =
        """
        SELECT c.relname::text || ' (' || concat_ws(', ',
            CASE WHEN c.relkind <> 'S' AND NOT has_table_privilege(c.oid, 'SELECT') THEN 'SELECT' END,
            CASE WHEN c.relkind <> 'S' AND NOT has_table_privilege(c.oid, 'INSERT') THEN 'INSERT' END,
            CASE WHEN c.relkind <> 'S' AND NOT has_table_privilege(c.oid, 'UPDATE') THEN 'UPDATE' END,
            CASE WHEN c.relkind <> 'S' AND NOT has_table_privilege(c.oid, 'DELETE') THEN 'DELETE' END,
            CASE WHEN c.relkind = 'S' AND NOT has_sequence_privilege(c.oid, 'USAGE') THEN 'USAGE' END,
            CASE WHEN c.relkind = 'p' AND NOT (pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(c.relnamespace, 'CREATE')) THEN 'to add its partitions' END) || ')' AS "Value"
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace(current_setting('search_path')) AND c.relname::text = ANY({0})
        """;

    private const string Complete = " ()";

    /// <exception cref="StartException">The server acknowledges what it may lose, or takes nothing.</exception>
    public static async Task CheckServerAsync(TraceDbContext db, DatabaseOptions options, CancellationToken cancellationToken)
    {
        if (await SettingAsync("transaction_read_only") == "on")
            throw new StartException("PostgreSQL takes no writes: it is a standby, or the user's transactions are read-only. Check ConnectionStrings:Postgres.");
        foreach (var setting in options.AllowUnsyncedCommit ? [] : new[] { "fsync", "synchronous_commit" })
        {
            if (await SettingAsync(setting) == "off")
                throw new StartException($"PostgreSQL runs with {setting}=off: it may lose what was acknowledged to senders. Set it to on, or Database:AllowUnsyncedCommit to true if that is meant.");
        }

        Task<string> SettingAsync(string name) => db.Database.SqlQuery<string>($"""SELECT current_setting({name}) AS "Value" """).SingleAsync(cancellationToken);
    }

    /// <exception cref="StartException">The user may not do something that the app does while it runs.</exception>
    public static async Task CheckRightsAsync(TraceDbContext db, CancellationToken cancellationToken)
    {
        var model = db.Model.GetRelationalModel();
        string[] names = [.. model.Tables.Select(t => t.Name), .. model.Sequences.Select(s => s.Name)];
        var rights = await db.Database.SqlQueryRaw<string>(Rights, [names]).ToListAsync(cancellationToken);
        var missing = rights.Where(r => !r.EndsWith(Complete, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw new StartException($"PostgreSQL does not give the user of ConnectionStrings:Postgres all rights on its tables; missing are: {StoreSchema.Some(missing)}.");
    }
}
