using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Upkeep;

/// <summary>Deletes what projects no longer want to keep, beside ingestion and in small pieces. Of several processes on one PostgreSQL, one does it.</summary>
internal sealed partial class RetentionService(
    TraceStore store, SpanWriter writer, MediaStore media, ProjectSettingsStore settings, TimeProvider time, IOptions<RetentionOptions> options, ILogger<RetentionService> logger) : BackgroundService
{
    private readonly Dictionary<int, ProjectRetention> _projects = [];
    private readonly UpkeepPace _pace = new(writer, time, options.Value.LoadShare);

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
                catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException or UnavailableException)
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
        await using var claim = await WorkClaim.TryTakeAsync(store, SharedWork.Retention, cancellationToken);
        if (claim is null)
            return false;
        var projects = await settings.ListAsync(cancellationToken);
        var dropped = store.Postgres is null ? [] : await new ContentPartitions(store, time).DropAsync(projects, cancellationToken);
        foreach (var (projectId, chosen) in projects.Where(p => p.Settings.Retention is not { ContentDays: null, TraceDays: null }))
        {
            if (!_projects.TryGetValue(projectId, out var project))
                _projects[projectId] = project = new ProjectRetention(store, writer, media, _pace, time, projectId);
            await project.RunAsync(chosen.Retention, dropped.GetValueOrDefault(projectId), cancellationToken);
        }

        var leftovers = new RetentionLeftovers(store, media, _pace, time, options.Value.TombstoneLifetime);
        foreach (var projectId in await store.ReadAsync((db, ct) => db.Projects.Select(p => p.Id).ToListAsync(ct), cancellationToken))
            await leftovers.DeleteAsync(projectId, cancellationToken);
        return true;
    }

    [LoggerMessage(30, LogLevel.Error, "What is too old could not be deleted; it is tried again")]
    private partial void LogFailed(Exception error);
}
