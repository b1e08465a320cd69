using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TraceDashboard.Core.Configuration;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Core.Storage;

public static class StorageServiceCollectionExtensions
{
    /// <summary>The store that <c>Database:Provider</c> names, with its writer; the schema is brought up to date at start.</summary>
    public static IServiceCollection AddTraceStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsSection<DatabaseOptions>(DatabaseOptions.Section)
            .Configure(options => options.ConnectionString = configuration.GetConnectionString(options.Provider.ToString()) ?? "");
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddLogging(logging => logging.AddFilter("Npgsql", LogLevel.Warning)); // each statement is an Information
        services.AddSingleton<TraceStore>();
        services.TryAddSingleton(PriceCatalogue.Default);
        services.AddSingleton<PriceBooks>();
        services.AddSingleton<SpanWriter>(sp => sp.GetRequiredService<TraceStore>().Provider == DatabaseProvider.Sqlite
            ? ActivatorUtilities.CreateInstance<SqliteSpanWriter>(sp)
            : ActivatorUtilities.CreateInstance<PostgresSpanWriter>(sp));
        services.AddSingleton<StoreInitializer>();
        services.AddSingleton<IStartStep>(static provider => provider.GetRequiredService<StoreInitializer>());
        services.AddSingleton<StoreHealth>();
        services.AddSingleton<ProjectReader>();
        services.AddSingleton<TraceReader>();
        services.AddSingleton<ScoreReader>();
        return services;
    }

    private sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
    {
        private const int MaxSchemaName = 63;

        public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
        {
            var errors = new List<string>();
            var key = $"ConnectionStrings:{options.Provider}";
            if (options.ConnectionString.Length == 0)
            {
                errors.Add($"{key} is not set, but Database:Provider is {options.Provider}.");
            }
            else if (Fault(options) is { } fault)
            {
                errors.Add($"{key} {fault}");
            }

            if (options.Schema is { } schema && (string.IsNullOrWhiteSpace(schema) || schema.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(schema) > MaxSchemaName || schema.StartsWith("pg_", StringComparison.Ordinal)))
                errors.Add($"Database:Schema must be a name of 1 to {MaxSchemaName} bytes that does not begin with pg_.");
            if (options.SqliteReaders is < 1 or > 64)
                errors.Add("Database:SqliteReaders must be between 1 and 64.");
            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }

        private static string? Fault(DatabaseOptions options)
        {
            try
            {
                if (options.Provider == DatabaseProvider.Postgres)
                {
                    _ = new NpgsqlConnectionStringBuilder(options.ConnectionString);
                    return null;
                }

                var sqlite = new SqliteConnectionStringBuilder(options.ConnectionString);
                return sqlite.DataSource.Length == 0 || sqlite.DataSource == ":memory:" || sqlite.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? "must name a file by its path, as in Data Source=data/tracedashboard.db."
                    : sqlite.Mode is not (SqliteOpenMode.ReadWriteCreate or SqliteOpenMode.ReadWrite) ? $"has Mode={sqlite.Mode}, but the app writes; leave it away."
                    : null;
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                return $"is not a connection string: {e.Message}";
            }
        }
    }
}
