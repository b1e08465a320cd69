using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Prices;

/// <summary>
/// Prices stored spans again after a correction: one correction after the other, in the order in which they were made, each with the prices
/// of the moment, in slices that hold the writer's lock for milliseconds. How far it is is stored with each slice, so that whoever comes
/// next goes on there. On PostgreSQL one process at a time does it.
/// </summary>
internal sealed partial class Repricer(
    TraceStore store, SpanWriter writer, PriceBooks books, PriceCatalogue priceCatalogue, LiveFeed feed, RepricingSignal signal, TimeProvider time, ILogger<Repricer> logger)
    : BackgroundService
{
    private const int FirstSlice = 16;
    private const int MaxSlice = 256;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longSlice = TimeSpan.FromMilliseconds(4);

    // No transaction of a writer takes as long: its statements are given up before.
    private static readonly TimeSpan s_longestTransaction = TimeSpan.FromMinutes(1);

    private int _slice = FirstSlice;
    private TimeSpan _longest;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await RunAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e);
                }

                await signal.WaitAsync(s_look, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is in the store.
        }
    }

    /// <summary>Does all that there is to do, unless another process does.</summary>
    /// <returns>Whether this one did anything.</returns>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if ((await OpenAsync(cancellationToken)).Count == 0)
            return false;
        await using var claim = await WorkClaim.TryTakeAsync(store, SharedWork.Repricing, cancellationToken);
        if (claim is null)
            return false;
        var open = await OpenAsync(cancellationToken); // again: another process may just have done it
        foreach (var repricing in open)
        {
            try
            {
                await RunAsync(repricing, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The others may do better; this one goes on where it was the next time.
                LogRepricingFailed(e, repricing.ProjectId, repricing.PriceId);
                await store.WriteAsync(
                    (db, ct) => db.Repricings.Where(r => r.Id == repricing.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Error, e.Message), ct), cancellationToken);
            }
        }

        return open.Count > 0;
    }

    /// <summary>One correction, from where it is to its end.</summary>
    /// <param name="afterSlice">Called after each commit, for tests.</param>
    internal async Task RunAsync(RepricingRow repricing, CancellationToken cancellationToken, Action<RepricingRow>? afterSlice = null)
    {
        await SettleAsync(cancellationToken);
        var book = (await books.ReloadAsync(cancellationToken)).Of(repricing.ProjectId);
        var rule = book.Own.FirstOrDefault(p => p.Id == repricing.PriceId)?.Rule;
        var catalogue = repricing.PriceId.StartsWith(CatalogueUse.Keys, StringComparison.Ordinal) ? repricing.PriceId[CatalogueUse.Keys.Length..] : null;
        var providers = priceCatalogue.Matcher.Providers;
        (repricing.Error, _longest) = (null, TimeSpan.Zero);
        if (repricing.StartedAt is null)
        {
            repricing.StartedAt = time.GetUnixNanos();
            repricing.About = await RepricingScan.CountAsync(store, repricing, cancellationToken);
        }

        while (true)
        {
            var spans = rule is null && catalogue is null ? [] : await RepricingScan.NextAsync(store, repricing, Differs, cancellationToken);
            for (var next = 0; next < spans.Count;)
            {
                var slice = TakeSlice(spans, ref next);
                var last = spans[next - 1];
                repricing.Done += slice.Looked;
                (repricing.CursorTime, repricing.CursorTraceNo, repricing.CursorSpanId) = (last.StartTime, last.TraceNo, last.SpanId);
                await WriteAsync(repricing, slice.Differing, cancellationToken);
                afterSlice?.Invoke(repricing);
            }

            if (spans.Count == RepricingScan.Size)
                continue;
            if (repricing.CursorTime is not null || (rule is null && catalogue is null))
                break;
            (repricing.CursorTime, repricing.CursorTraceNo, repricing.CursorSpanId) = (repricing.FromTime ?? long.MinValue, 0, "");
        }

        if (catalogue is not null)
        {
            await store.WriteAsync(
                (db, ct) => db.Projects.Where(p => p.Id == repricing.ProjectId).ExecuteUpdateAsync(set => set.SetProperty(p => p.PricedWith, catalogue), ct), cancellationToken);
        }

        repricing.FinishedAt = time.GetUnixNanos();
        await WriteAsync(repricing, [], cancellationToken);
        LogDone(repricing.ProjectId, repricing.PriceId, repricing.Changed, repricing.Done, repricing.Step, _longest.TotalMilliseconds);

        // What other spans know of a call may name the model that this one does not.
        bool Differs(SpanRow row) =>
            (rule is null || row.Layers is not null || ((Means(row.ResponseModel) || Means(row.RequestModel)) && rule.MatchesProvider(row.Provider, providers)))
            && SpanRowMapper.Reprice(row, book);

        bool Means(string? model) => !string.IsNullOrWhiteSpace(model) && rule!.MatchesModel(model.Trim());
    }

    private (List<(string TraceId, string SpanId)> Differing, int Looked) TakeSlice(List<ScannedSpan> spans, ref int next)
    {
        var (first, differing) = (next, new List<(string, string)>());
        for (; next < spans.Count && differing.Count < _slice; next++)
        {
            if (spans[next].Differs)
                differing.Add((spans[next].TraceId, spans[next].SpanId));
        }

        return (differing, next - first);
    }

    private async Task WriteAsync(RepricingRow repricing, List<(string TraceId, string SpanId)> spans, CancellationToken cancellationToken)
    {
        repricing.Step++;
        var (changed, held) = await writer.RepriceAsync(spans, repricing, cancellationToken);
        feed.Publish(changed);
        _longest = held > _longest ? held : _longest;
        if (spans.Count == 0)
            return;
        if (held > s_longSlice)
            _slice = Math.Max(1, _slice / 2);
        else if (held < s_longSlice / 2)
            _slice = Math.Min(MaxSlice, _slice * 2);
    }

    /// <summary>
    /// Waits until nobody writes with older prices any more: every process has asked for the prices since, and transactions that began before
    /// have ended. What they wrote is found by the scan.
    /// </summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (store.Postgres is not { } postgres)
            return; // writers take turns, and there is one process
        await Task.Delay(PriceBooks.Lifetime * 2, time, cancellationToken);
        var since = time.GetTimestamp();
        var newest = await NumberAsync("SELECT pg_snapshot_xmax(pg_current_snapshot())::text");
        while (await NumberAsync("SELECT pg_snapshot_xmin(pg_current_snapshot())::text") < newest && time.GetElapsedTime(since) < s_longestTransaction)
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);

        async Task<ulong> NumberAsync(string sql)
        {
            await using var command = postgres.CreateCommand(sql);
            return ulong.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!, CultureInfo.InvariantCulture);
        }
    }

    // Of every project: this is the store's own upkeep.
    private Task<List<RepricingRow>> OpenAsync(CancellationToken cancellationToken) =>
        store.ReadAsync((db, ct) => db.Repricings.AsNoTracking().Where(r => r.FinishedAt == null).OrderBy(r => r.Id).ToListAsync(ct), cancellationToken);

    [LoggerMessage(1, LogLevel.Error, "Spans could not be priced again; it will be tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Error, "The spans of project {ProjectId} could not be priced again with {PriceId}; it goes on where it was")]
    private partial void LogRepricingFailed(Exception exception, int projectId, string priceId);

    [LoggerMessage(3, LogLevel.Information, "Priced the spans of project {ProjectId} again with {PriceId}: {Changed} of {Done} have another cost; {Steps} transactions, the longest of {Milliseconds:0.0} ms")]
    private partial void LogDone(int projectId, string priceId, long changed, long done, long steps, double milliseconds);
}
