using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Tests.Infrastructure;

/// <summary>
/// Watches what the app asks of the tables of tenants: each statement names the project, or a trace's number. Statements of tests, which look
/// into tables, are told from those of the app by whose code runs them. Of PostgreSQL it sees the batches of the bulk writer, whose code
/// runs no longer when they are told of; all others have the form that they have on SQLite.
/// </summary>
internal sealed partial class TenantGuard : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<sqlite3, bool> _watched = new();
    private readonly string? _file;
    private volatile bool _begun;

    /// <param name="sqlite">The connection string of the store; null when it is on PostgreSQL.</param>
    public TenantGuard(string? sqlite)
    {
        _file = sqlite is null ? null : new SqliteConnectionStringBuilder(sqlite).DataSource;
        SqliteDatabase.Opened += OnOpened;
    }

    /// <summary>Begins to look: migrations are of all projects.</summary>
    public void Begin() => _begun = true;

    /// <summary>The statements of the app that name no tenant.</summary>
    public IEnumerable<string> Violations => _seen.Where(s => s.Value).Select(s => s.Key);

    public static bool IsOfTenants(string sql) => TenantTable().IsMatch(sql) && !IsUpkeep(sql);

    public static bool NamesTenant(string sql) => Tenant().IsMatch(sql);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() => SqliteDatabase.Opened -= OnOpened;

    private void OnOpened(SqliteConnection connection)
    {
        if (connection.DataSource == _file && _watched.TryAdd(connection.Handle!, true))
            raw.sqlite3_profile(connection.Handle, (_, sql, _) => Look(sql, IsOfTheApp), null);
    }

    private void Look(string sql, Func<bool> isOfTheApp)
    {
        if (_begun && !_seen.ContainsKey(sql) && (!IsOfTenants(sql) || NamesTenant(sql) || isOfTheApp()))
            _seen.TryAdd(sql, IsOfTenants(sql) && !NamesTenant(sql));
    }

    /// <summary>Whether the innermost code of ours that runs is the app's: on SQLite, whose calls block, it is what the statement was made for.</summary>
    private static bool IsOfTheApp()
    {
        foreach (var frame in new StackTrace().GetFrames())
        {
            var type = frame.GetMethod()?.DeclaringType;
            if (type?.Assembly == typeof(TenantGuard).Assembly && type.FullName?.Contains(nameof(TenantGuard), StringComparison.Ordinal) != true)
                return false;
            if (type?.Assembly == typeof(TraceStore).Assembly)
                return true;
        }

        return true;
    }

    /// <summary>The store looks after itself in all projects, a piece at a time: for that there is no project to name.</summary>
    private static bool IsUpkeep(string sql) =>
        sql.Contains("pg_total_relation_size", StringComparison.Ordinal)
        || (sql.Contains("stale", StringComparison.Ordinal) && !sql.Contains("span_count", StringComparison.Ordinal))
        || (sql.Contains("dirty_buckets", StringComparison.Ordinal) && DirtyInAll().IsMatch(sql));

    [GeneratedRegex("(FROM|INTO|UPDATE|JOIN)\\s+\"?(trace_keys|traces|spans|span_contents|span_chunks|metadata_values|scores|media|media_links|rollups|dirty_buckets)\\b")]
    private static partial Regex TenantTable();

    [GeneratedRegex("ORDER BY|EXISTS|MAX\\(|COUNT\\(")]
    private static partial Regex DirtyInAll();

    // A value that is given, not another table's column: a join alone restricts nothing.
    [GeneratedRegex("""(project_id|trace_no)"?\s*(=|IN|= ANY)\s*\(?\s*([@?$\d]|SELECT "\w+"\."value"\s+FROM json_each\()|INSERT (OR REPLACE )?INTO \S+ \([^)]*(project_id|trace_no)|unnest\(\$1[^)]*\) AS k\((project_id|trace_no)""")]
    private static partial Regex Tenant();

    private sealed class Logger(TenantGuard guard, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category == "Npgsql.Command" && logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            foreach (var (key, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                if (key == "BatchCommands" && value is System.Collections.IEnumerable commands)
                    foreach (var command in commands)
                        guard.Look(command?.ToString() ?? "", static () => true);
            }
        }
    }
}
