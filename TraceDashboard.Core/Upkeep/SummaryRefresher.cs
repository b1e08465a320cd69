using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Upkeep;

/// <summary>
/// Summarises long traces, whose writers only mark them, about once a second while they grow. Of several processes on one PostgreSQL, one
/// does it.
/// </summary>
internal sealed partial class SummaryRefresher(TraceStore store, SpanWriter writer, PriceBooks books, LiveFeed feed, TimeProvider time, ILogger<SummaryRefresher> logger) : BackgroundService
{
    private const int Page = 100;

    // A trace of 100 000 spans takes a second to read: the longer it gets, the less often that is done.
    private const double LoadShare = 0.2;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly UpkeepPace _pace = new(writer, time, LoadShare);
    private long _last;

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
        var stale = await StaleAsync(cancellationToken);
        if (stale.Count == 0)
            return;
        await using var claim = await WorkClaim.TryTakeAsync(store, SharedWork.Summaries, cancellationToken);
        if (claim is null)
            return;
        foreach (var trace in stale)
        {
            var began = time.GetTimestamp();
            var facts = await TraceFacts.ReadAsync(store, books, trace.ProjectId, trace.TraceId, trace.TraceNo, cancellationToken);
            feed.Publish(await writer.SummariseAsync(facts, cancellationToken));
            await _pace.RestAsync(time.GetElapsedTime(began), cancellationToken);
        }
    }

    /// <summary>Each round goes on behind the one before: however many grow, none waits for ever.</summary>
    private async Task<List<Marked>> StaleAsync(CancellationToken cancellationToken)
    {
        // Of every project: this is the store's own upkeep.
        var stale = await store.ReadAsync(
            (db, ct) => db.Traces.Where(t => t.Stale).OrderBy(t => t.TraceNo <= _last).ThenBy(t => t.TraceNo).Take(Page)
                .Select(t => new Marked(t.ProjectId, t.TraceId, t.TraceNo)).ToListAsync(ct),
            cancellationToken);
        _last = stale.Count == Page ? stale[^1].TraceNo : 0;
        return stale;
    }

    [LoggerMessage(20, LogLevel.Error, "Long traces could not be summarised")]
    private partial void LogFailed(Exception error);

    private sealed record Marked(int ProjectId, string TraceId, long TraceNo);
}
