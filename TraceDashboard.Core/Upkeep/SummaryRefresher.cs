using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Upkeep;

/// <summary>Summarises long traces, whose writers only mark them, about once a second while they grow.</summary>
internal sealed partial class SummaryRefresher(TraceStore store, SpanWriter writer, LiveFeed feed, TimeProvider time, ILogger<SummaryRefresher> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e); // the marks stay; the next round tries again
            }
        }
    }

    internal async Task RefreshAsync(CancellationToken cancellationToken)
    {
        // Of every project: this is the store's own upkeep.
        var stale = await store.ReadAsync(
            (db, ct) => db.Traces.Where(t => t.Stale).OrderBy(t => t.TraceNo).Take(100).Select(t => new { t.ProjectId, t.TraceId }).ToListAsync(ct),
            cancellationToken);

        // One by one: a long trace takes its time, and others wait for the transaction.
        foreach (var trace in stale)
            feed.Publish(await writer.SummariseAsync([(trace.ProjectId, trace.TraceId)], cancellationToken));
    }

    [LoggerMessage(20, LogLevel.Error, "Long traces could not be summarised")]
    private partial void LogFailed(Exception error);
}
