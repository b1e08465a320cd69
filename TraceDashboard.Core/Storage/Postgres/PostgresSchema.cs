using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>
/// Where the tables are: each connection looks for them there and nowhere else. That is the schema that was configured, else that of a store which
/// is there already, else one of our own: the database may be somebody else's, with tables of the same names.
/// </summary>
internal static class PostgresSchema
{
    public const string Default = "trace_dashboard";

    private const string Choose =
        """
        SELECT set_config('search_path', quote_ident(coalesce(
            $1, (SELECT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('trace_keys')), $2)), false)
        """;

    public static void AddTo(NpgsqlDataSourceBuilder builder, string? configured) => builder.UsePhysicalConnectionInitializer(
        connection =>
        {
            using var command = Command(connection, configured);
            command.ExecuteNonQuery();
        },
        async connection =>
        {
            await using var command = Command(connection, configured);
            await command.ExecuteNonQueryAsync();
        });

    /// <summary>The name of the schema, quoted where it has to be.</summary>
    public static Task<string> NameAsync(TraceDbContext db, CancellationToken cancellationToken) =>
        db.Database.SqlQueryRaw<string>("""SELECT current_setting('search_path') AS "Value" """).SingleAsync(cancellationToken);

    public static async Task CreateAsync(TraceDbContext db, CancellationToken cancellationToken)
    {
        var name = await NameAsync(db, cancellationToken);

        // CREATE SCHEMA asks for the right to create one even when it is there.
        if (!await db.Database.SqlQueryRaw<bool>("""SELECT to_regnamespace(current_setting('search_path')) IS NOT NULL AS "Value" """).SingleAsync(cancellationToken))
            await db.Database.ExecuteSqlRawAsync(CreateSql(name), cancellationToken);
    }

    public static string CreateSql(string name) => $"CREATE SCHEMA IF NOT EXISTS {name};";

    private static NpgsqlCommand Command(NpgsqlConnection connection, string? configured) => new(Choose, connection)
    {
        Parameters = { new NpgsqlParameter { Value = (object?)configured ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, new NpgsqlParameter { Value = Default } },
    };
}
