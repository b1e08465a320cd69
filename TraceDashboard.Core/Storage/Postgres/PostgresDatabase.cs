using Microsoft.Extensions.Logging;
using Npgsql;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>Opens connections to PostgreSQL with the settings that they need.</summary>
internal static class PostgresDatabase
{
    // The bulk writer always knows the keys of the rows that it wants, so the way to them is an index, however small a table looks to
    // the planner: a table that grows by a million rows an hour is scanned from end to end as long as its statistics are old.
    private const string WriterPlans = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    private const int KeptConnections = 16;

    /// <summary>For everything but the bulk writer.</summary>
    /// <param name="schema">See <see cref="PostgresSchema"/>.</param>
    public static NpgsqlDataSource DataSource(string connectionString, string? schema, ILoggerFactory loggers) => Build(Settings(connectionString), schema, loggers);

    /// <summary>For the bulk writer.</summary>
    public static NpgsqlDataSource WritingDataSource(string connectionString, string? schema, ILoggerFactory loggers)
    {
        var settings = Settings(connectionString);
        settings.Options = string.IsNullOrEmpty(settings.Options) ? WriterPlans : $"{settings.Options} {WriterPlans}";
        return Build(settings, schema, loggers);
    }

    /// <summary>
    /// How many of the connections of <see cref="DataSource"/> queries of readers may have at once. The others are left to what writes and
    /// to background work, of which each kind keeps one.
    /// </summary>
    public static int MostReads(string connectionString)
    {
        var all = Settings(connectionString).MaxPoolSize;
        return Math.Max(1, Math.Max(all / 2, all - KeptConnections));
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings, string? schema, ILoggerFactory loggers)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(loggers);
        PostgresRecordsConverter.AddTo(builder);
        PostgresSchema.AddTo(builder, schema);
        return builder.Build();
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // Nothing here leaves settings behind on a connection; what is open when it goes back to the pool is rolled back all the same.
            NoResetOnClose = true,
        };

        // The same few statements run all the time: planning them once saves a third of their cost.
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 100;
        return settings;
    }
}
