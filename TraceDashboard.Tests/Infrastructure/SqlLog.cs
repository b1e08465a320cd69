using System.Collections.Concurrent;
using System.Diagnostics;
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
    private readonly ConcurrentQueue<(string Sql, ActivityTraceId? Of)> _statements = new();
    private readonly ConcurrentDictionary<sqlite3, bool> _traced = new();
    private volatile string? _file;

    public IReadOnlyList<string> Statements => [.. _statements.Select(s => s.Sql)];

    /// <summary>Those that ran for what happens in the activity, an HTTP request to the app for example, and not in the background.</summary>
    public IReadOnlyList<string> StatementsOf(Activity activity) => [.. _statements.Where(s => s.Of == activity.TraceId).Select(s => s.Sql)];

    public void Clear() => _statements.Clear();

    /// <summary>For <c>StoreFixture.CreateAsync</c>'s services.</summary>
    public void AddTo(IServiceCollection services)
    {
        SqliteDatabase.Opened += OnOpened;
        services.AddSingleton(this);
        services.AddSingleton<ILoggerProvider>(provider =>
        {
            // Not asked for when a connection opens: stores of other tests open theirs while this one's services are being disposed of.
            if (provider.GetRequiredService<IConfiguration>().GetConnectionString("Sqlite") is { } sqlite)
                _file = new SqliteConnectionStringBuilder(sqlite).DataSource;
            return this;
        });
        services.AddLogging(logging => logging.AddFilter<SqlLog>("Npgsql.Command", LogLevel.Debug));
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => SqliteDatabase.Opened -= OnOpened;

    private void Add(string sql) => _statements.Enqueue((sql, Activity.Current?.TraceId));

    private void OnOpened(SqliteConnection connection)
    {
        if (_file is { } file && connection.DataSource == file && _traced.TryAdd(connection.Handle!, true))
            raw.sqlite3_trace(connection.Handle, (_, sql) => Add(sql), null);
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
                    log.Add(sql);
                else if (key == "BatchCommands" && value is System.Collections.IEnumerable commands)
                    foreach (var command in commands)
                        log.Add(command?.ToString() ?? "");
            }
        }
    }
}
