using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Hosting;
using TraceDashboard.Tests.Infrastructure;

namespace TraceDashboard.Tests.Core.Storage;

/// <summary>A database that does not fit is left alone, and the start says why.</summary>
public sealed class StoreSchemaTests(PostgresCluster cluster) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("td-schema-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, "INSERT INTO __EFMigrationsHistory VALUES ('20991231000000_Later', '99.0')", "was written by a newer version of the app")]
    [InlineData(DatabaseProvider.Postgres, "INSERT INTO \"__EFMigrationsHistory\" VALUES ('20991231000000_Later', '99.0')", "was written by a newer version of the app")]
    [InlineData(DatabaseProvider.Sqlite, "ALTER TABLE spans RENAME TO gone", "the table spans is missing")]
    [InlineData(DatabaseProvider.Postgres, "ALTER TABLE spans RENAME TO gone", "the table spans is missing")]
    [InlineData(DatabaseProvider.Sqlite, "ALTER TABLE traces RENAME COLUMN cost TO price", "traces.cost is missing")]
    [InlineData(DatabaseProvider.Postgres, "ALTER TABLE traces RENAME COLUMN cost TO price", "traces.cost is missing")]
    [InlineData(DatabaseProvider.Postgres, "ALTER TABLE traces ALTER COLUMN cost TYPE text", "traces.cost is text, not bigint")]
    public async Task A_store_of_another_version_refuses_the_start(DatabaseProvider provider, string change, string words)
    {
        var database = await NewDatabaseAsync(provider);
        await StartAndStopAsync(provider, database);
        await ExecuteAsync(provider, database, change);

        var error = await Assert.ThrowsAsync<StartException>(() => StartAndStopAsync(provider, database));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, "CREATE TABLE bookmarks (id INTEGER)", "bookmarks")]
    [InlineData(DatabaseProvider.Sqlite, "CREATE TABLE __EFMigrationsHistory (MigrationId TEXT, ProductVersion TEXT); INSERT INTO __EFMigrationsHistory VALUES ('20200101000000_Theirs', '8')", "belongs to another program")]
    [InlineData(DatabaseProvider.Postgres, "CREATE SCHEMA mine; CREATE TABLE mine.scores (id text)", "scores")]
    public async Task A_database_of_another_program_is_left_alone(DatabaseProvider provider, string theirs, string words)
    {
        var database = await NewDatabaseAsync(provider);
        await ExecuteAsync(provider, database, theirs);

        var error = await Assert.ThrowsAsync<StartException>(() => StartAndStopAsync(provider, database, ("Database:Schema", "mine")));

        Assert.Contains("another program", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(provider == DatabaseProvider.Sqlite ? "ConnectionStrings:Sqlite" : "Database:Schema", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_store_has_a_schema_of_its_own_beside_tables_of_the_same_names()
    {
        var database = await NewDatabaseAsync(DatabaseProvider.Postgres);
        await ExecuteAsync(DatabaseProvider.Postgres, database, "CREATE TABLE traces (theirs text); CREATE TABLE projects (theirs text)");

        await StartAndStopAsync(DatabaseProvider.Postgres, database);
        await StartAndStopAsync(DatabaseProvider.Postgres, database);

        Assert.Equal(["projects", "traces"], await TablesAsync(database, "public"));
        Assert.Contains("trace_keys", await TablesAsync(database, "trace_dashboard"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("public")]
    public async Task A_store_of_an_earlier_version_stays_in_its_schema(string? configured)
    {
        var database = await NewDatabaseAsync(DatabaseProvider.Postgres);
        await using (var plain = NpgsqlDataSource.Create(database))
        await using (var db = new PostgresTraceDbContext(PostgresTraceDbContext.Options(plain)))
            await db.Database.MigrateAsync(db.Database.GetMigrations().First(), Cancel);

        await StartAndStopAsync(DatabaseProvider.Postgres, database, ("Database:Schema", configured));

        Assert.Contains("data_protection_keys", await TablesAsync(database, "public"));
        Assert.Empty(await TablesAsync(database, "trace_dashboard"));
    }

    [Fact]
    public async Task A_schema_may_have_any_name()
    {
        var database = await NewDatabaseAsync(DatabaseProvider.Postgres);

        await StartAndStopAsync(DatabaseProvider.Postgres, database, ("Database:Schema", "My \"own\", schema"));

        Assert.Contains("trace_keys", await TablesAsync(database, "My \"own\", schema"));
        Assert.Empty(await TablesAsync(database, "public"));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task Without_migrating_the_start_only_checks_and_what_the_script_prints_is_what_it_wants(DatabaseProvider provider)
    {
        var database = await NewDatabaseAsync(provider);
        var error = await Assert.ThrowsAsync<StartException>(() => StartAndStopAsync(provider, database, ("Database:Migrate", "false")));
        Assert.Contains("migrate --script", error.Message, StringComparison.Ordinal);

        var script = await VerbAsync(provider, database, "migrate", "--script");
        await ExecuteAsync(provider, database, script);

        await StartAndStopAsync(provider, database, ("Database:Migrate", "false"));
        Assert.Equal("-- The schema is up to date.", await VerbAsync(provider, database, "migrate", "--script"));
    }

    [Theory, MemberData(nameof(StoreFixture.Providers), MemberType = typeof(StoreFixture))]
    public async Task The_verb_migrate_brings_the_schema_up_to_date(DatabaseProvider provider)
    {
        var database = await NewDatabaseAsync(provider);

        Assert.Equal("The schema is up to date.", await VerbAsync(provider, database, "migrate"));

        await StartAndStopAsync(provider, database, ("Database:Migrate", "false"));
    }

    [Theory]
    [InlineData("", "permission denied for database")]
    [InlineData("CREATE SCHEMA trace_dashboard AUTHORIZATION {user}; REVOKE CONNECT ON DATABASE {database} FROM PUBLIC", "permission denied for database")]
    public async Task A_user_without_the_rights_is_told_so(string grants, string words)
    {
        var (database, user) = await NewUserAsync();
        await ExecuteAsync(DatabaseProvider.Postgres, database.ConnectionString, grants.Replace("{user}", user, StringComparison.Ordinal).Replace("{database}", database.Database, StringComparison.Ordinal));
        database.Username = user;

        var error = await Assert.ThrowsAsync<StartException>(() => StartAndStopAsync(DatabaseProvider.Postgres, database.ConnectionString));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rights_that_the_app_lacks_once_it_runs_are_named_at_the_start()
    {
        var (database, user) = await NewUserAsync();
        await StartAndStopAsync(DatabaseProvider.Postgres, database.ConnectionString);
        await ExecuteAsync(
            DatabaseProvider.Postgres, database.ConnectionString,
            $"GRANT USAGE ON SCHEMA trace_dashboard TO {user}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA trace_dashboard TO {user}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA trace_dashboard TO {user}; REVOKE INSERT ON trace_dashboard.scores FROM {user}");
        database.Username = user;

        var error = await Assert.ThrowsAsync<StartException>(() => StartAndStopAsync(DatabaseProvider.Postgres, database.ConnectionString));

        Assert.Contains("scores (INSERT)", error.Message, StringComparison.Ordinal);
        Assert.Contains("span_contents (to add its partitions)", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> NewDatabaseAsync(DatabaseProvider provider) =>
        provider == DatabaseProvider.Sqlite ? $"Data Source={Path.Combine(_folder, "traces.db")}" : await cluster.CreateDatabaseAsync(Cancel);

    private async Task<(NpgsqlConnectionStringBuilder Database, string User)> NewUserAsync()
    {
        var database = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync(Cancel));
        var user = $"{database.Database}_user";
        await ExecuteAsync(DatabaseProvider.Postgres, database.ConnectionString, $"CREATE ROLE {user} LOGIN");
        return (database, user);
    }

    private async Task StartAndStopAsync(DatabaseProvider provider, string database, params (string Key, string? Value)[] settings)
    {
        await using var app = Program.Build(Arguments(provider, database, settings));
        await app.PrepareAsync(Cancel);
    }

    private async Task<string> VerbAsync(DatabaseProvider provider, string database, params string[] verb)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = await Verbs.TryRun([.. verb, .. Arguments(provider, database)], output, errors)!;
        Assert.Equal(("", 0), (errors.ToString(), exit));
        return output.ToString().Trim();
    }

    private string[] Arguments(DatabaseProvider provider, string database, params (string Key, string? Value)[] settings) =>
    [
        "--urls=http://127.0.0.1:0", "--Otlp:HttpEndpoint=", "--Otlp:GrpcEndpoint=", "--Logging:LogLevel:Default=None", $"--Database:Provider={provider}", $"--ConnectionStrings:{provider}={database}", $"--Media:Folder={Path.Combine(_folder, "media")}",
        .. settings.Where(s => s.Value is not null).Select(s => $"--{s.Key}={s.Value}"),
    ];

    private static async Task ExecuteAsync(DatabaseProvider provider, string database, string sql)
    {
        await using DbConnection connection = provider == DatabaseProvider.Sqlite
            ? new SqliteConnection(database + ";Pooling=False")
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { SearchPath = "trace_dashboard, public", Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (sql.Length > 0)
            await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task<List<string>> TablesAsync(string database, string schema)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("SELECT tablename::text FROM pg_tables WHERE schemaname = $1 ORDER BY 1");
        command.Parameters.Add(new NpgsqlParameter { Value = schema });
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var tables = new List<string>();
        while (await reader.ReadAsync(Cancel))
            tables.Add(reader.GetString(0));
        return tables;
    }
}
