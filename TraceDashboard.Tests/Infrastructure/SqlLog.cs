using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>Every SQL statement that a store runs, whoever runs it: EF Core, the bulk writer, or by hand.</summary>
public sealed class SqlLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _statements = new();
    private readonly ConcurrentDictionary<sqlite3, bool> _traced = new();
    private string? _sqliteFile;

    public IReadOnlyList<string> Statements => [.. _statements];

    public void Clear() => _statements.Clear();

    /// <summary>For <c>StoreFixture.CreateAsync</c>'s services.</summary>
    public void AddTo(IServiceCollection services)
    {
        var configuration = (IConfiguration)services.Single(s => s.ServiceType == typeof(IConfiguration)).ImplementationInstance!;
        _sqliteFile = configuration.GetConnectionString("Sqlite") is { } sqlite ? new SqliteConnectionStringBuilder(sqlite).DataSource : null;
        SqliteDatabase.Opened += OnOpened;
        services.AddSingleton<ILoggerProvider>(this);
        services.AddLogging(logging => logging.AddFilter<SqlLog>("Npgsql.Command", LogLevel.Debug));
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => SqliteDatabase.Opened -= OnOpened;

    private void OnOpened(SqliteConnection connection)
    {
        if (connection.DataSource != _sqliteFile || !_traced.TryAdd(connection.Handle!, true))
            return;
        raw.sqlite3_trace(connection.Handle, (_, sql) => _statements.Enqueue(sql), null);
    }

    private sealed class Logger(SqlLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category == "Npgsql.Command" && logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var values = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
            foreach (var (key, value) in values)
            {
                if (key == "CommandText" && value is string sql)
                    log._statements.Enqueue(sql);
                else if (key == "BatchCommands" && value is System.Collections.IEnumerable commands)
                    foreach (var command in commands)
                        log._statements.Enqueue(command?.ToString() ?? "");
            }
        }
    }
}
