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
        services.AddHostedService(static provider => provider.GetRequiredService<StoreInitializer>());
        services.AddSingleton<ProjectReader>();
        services.AddSingleton<TraceReader>();
        services.AddSingleton<ScoreReader>();
        return services;
    }

    private sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
    {
        public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
        {
            var errors = new List<string>();
            var key = $"ConnectionStrings:{options.Provider}";
            if (options.ConnectionString.Length == 0)
            {
                errors.Add($"{key} is not set, but Database:Provider is {options.Provider}.");
            }
            else
            {
                try
                {
                    _ = options.Provider == DatabaseProvider.Sqlite
                        ? (object)new SqliteConnectionStringBuilder(options.ConnectionString)
                        : new NpgsqlConnectionStringBuilder(options.ConnectionString);
                }
                catch (Exception e) when (e is ArgumentException or FormatException)
                {
                    errors.Add($"{key} is not a connection string: {e.Message}");
                }
            }

            if (options.SqliteReaders is < 1 or > 64)
                errors.Add("Database:SqliteReaders must be between 1 and 64.");
            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }
    }
}
