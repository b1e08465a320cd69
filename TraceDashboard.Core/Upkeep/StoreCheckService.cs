using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Upkeep;

/// <summary>
/// Carries out checks that were asked for, in the app: the <c>verify</c> and <c>rebuild</c> verbs only write down what they want, because a
/// second process must not write to a SQLite database. Also goes on with what was broken off.
/// </summary>
internal sealed partial class StoreCheckService(
    TraceStore store, SpanWriter writer, PriceBooks books, RollupRefresher rollups, LiveFeed feed, TimeProvider time, IOptions<RollupOptions> options,
    ILogger<StoreCheckService> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private readonly UpkeepPace _pace = new(writer, time, options.Value.LoadShare);

    /// <summary>Writes down that a check is wanted; one that was broken off is taken up again.</summary>
    /// <returns>Its number.</returns>
    internal Task<long> RequestAsync(string kind, CancellationToken cancellationToken) => store.WriteAsync(
        async (db, ct) =>
        {
            if (await db.MaintenanceRuns.Where(r => r.Kind == kind && r.FinishedAt == null).OrderBy(r => r.Id).FirstOrDefaultAsync(ct) is { } open)
                return open.Id;
            var now = time.GetUnixNanos();
            var run = new MaintenanceRunRow { Kind = kind, StartedAt = now, UpdatedAt = now };
            db.MaintenanceRuns.Add(run);
            await db.SaveChangesAsync(ct);
            return run.Id;
        },
        cancellationToken);

    internal Task<bool> IsDoneAsync(long id, CancellationToken cancellationToken) =>
        store.ReadAsync((db, ct) => db.MaintenanceRuns.AnyAsync(r => r.Id == id && r.FinishedAt != null, ct), cancellationToken);

    /// <summary>Carries out the oldest check that is not finished.</summary>
    /// <returns>False when there is none, or when another process is at it.</returns>
    internal async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is null)
            return false;
        await using var claim = await WorkClaim.TryTakeAsync(store, SharedWork.StoreCheck, cancellationToken);
        if (claim is null || await NextAsync(cancellationToken) is not { } run)
            return false;
        await new StoreCheck(store, writer, books, rollups, feed, _pace, time).RunAsync(run, cancellationToken);
        LogDone(run.Kind, run.Traces, run.Differences);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunNextAsync(stoppingToken);
                }
                catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
                {
                    LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
    }

    private Task<MaintenanceRunRow?> NextAsync(CancellationToken cancellationToken) => store.ReadAsync(
        (db, ct) => db.MaintenanceRuns.Where(r => (r.Kind == StoreCheck.Verify || r.Kind == StoreCheck.Rebuild) && r.FinishedAt == null).OrderBy(r => r.Id).FirstOrDefaultAsync(ct),
        cancellationToken);

    [LoggerMessage(10, LogLevel.Information, "{Kind}: {Traces} traces looked at, {Differences} differences")]
    private partial void LogDone(string kind, long traces, long differences);

    [LoggerMessage(11, LogLevel.Error, "A check of the store was broken off; it goes on")]
    private partial void LogFailed(Exception error);
}
