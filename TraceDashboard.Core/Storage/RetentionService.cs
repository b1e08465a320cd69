using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Ingestion;

namespace TraceDashboard.Core.Storage;

/// <summary>Deletes what projects no longer want to keep, beside ingestion and in small pieces. Of several processes on one PostgreSQL, one does it.</summary>
internal sealed partial class RetentionService(
    TraceStore store, SpanWriter writer, ProjectSettingsStore settings, TimeProvider time, IOptions<RetentionOptions> options, ILogger<RetentionService> logger) : BackgroundService
{
    /// <summary>Key of the advisory lock that is held meanwhile.</summary>
    private const long PostgresLock = 0x5452_4143_4544_4232;

    private readonly Dictionary<int, ProjectRetention> _projects = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunAsync(stoppingToken);
                }
                catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException or IngestionUnavailableException)
                {
                    LogFailed(e); // what is deleted is deleted; the next round goes on
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
    }

    /// <summary>Deletes all that is too old now.</summary>
    /// <returns>Whether it was this process's turn.</returns>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var projects = (await settings.ListAsync(cancellationToken)).Where(p => p.Settings.Retention is not { ContentDays: null, TraceDays: null }).ToList();
        if (projects.Count == 0)
            return true;
        await using var turn = store.Postgres is null ? null : await store.Postgres.OpenConnectionAsync(cancellationToken);
        if (turn is not null && !await AskAsync(turn, "SELECT pg_try_advisory_lock($1)", cancellationToken))
            return false;
        try
        {
            var dropped = turn is null ? [] : await new ContentPartitions(store, time).DropAsync(await settings.ListAsync(cancellationToken), cancellationToken);
            foreach (var (projectId, chosen) in projects)
            {
                if (!_projects.TryGetValue(projectId, out var project))
                    _projects[projectId] = project = new ProjectRetention(store, writer, time, projectId);
                await project.RunAsync(chosen.Retention, dropped.GetValueOrDefault(projectId), cancellationToken);
            }

            return true;
        }
        finally
        {
            if (turn is not null)
                await AskAsync(turn, "SELECT pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter { Value = PostgresLock } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [LoggerMessage(30, LogLevel.Error, "What is too old could not be deleted; it is tried again")]
    private partial void LogFailed(Exception error);
}
