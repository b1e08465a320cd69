using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Upkeep;

/// <summary>
/// Deletes the traces and the contents of one project that are too old. Traces are numbered as they come in, so the oldest have the
/// lowest numbers, and it goes on where it was the last time. Once a day it begins at the start, for what went on longer or came late.
/// </summary>
internal sealed class ProjectRetention(TraceStore store, SpanWriter writer, MediaStore media, UpkeepPace pace, TimeProvider time, int projectId)
{
    public const string Kind = "retention";

    private const long Day = 24 * 60 * 60 * UnixNanos.PerSecond;

    /// <summary>Charts are computed a quarter of an hour at a time.</summary>
    private const long Quarter = 15 * 60 * UnixNanos.PerSecond;

    /// <summary>Traces that are looked at in one go.</summary>
    private const int Page = 200;

    private static readonly TimeSpan s_betweenNotes = TimeSpan.FromSeconds(1);

    // Ingestion waits for a write on SQLite; on PostgreSQL it only shares the disk with it. A row costs something else in each table.
    private readonly Dictionary<string, SliceSize> _slices = new[] { "span_contents", "span_chunks", "spans", "traces", "previews" }.ToDictionary(
        name => name,
        _ => store.Provider == DatabaseProvider.Sqlite
            ? new SliceSize(time, TimeSpan.FromMilliseconds(5), 128, 2_000)
            : new SliceSize(time, TimeSpan.FromMilliseconds(30), 200, 10_000));

    private MaintenanceRunRow? _run;
    private long _notedAt;
    private long _walkedAt = long.MinValue / 2;
    private long _tracesTo;
    private long _contentsTo;

    /// <param name="dropped">Spans whose contents were dropped with their day already, and the bytes that they took.</param>
    public async Task RunAsync(RetentionSettings retention, (long Spans, long Bytes) dropped, CancellationToken cancellationToken)
    {
        _run = null;
        try
        {
            if (dropped.Spans > 0)
                await NoteAsync(r => (r.Spans, r.Bytes) = (r.Spans + dropped.Spans, r.Bytes + dropped.Bytes), cancellationToken);
            var now = time.GetUnixNanos();
            if (now - _walkedAt >= Day)
                (_contentsTo, _tracesTo, _walkedAt) = (0, 0, now);
            if (retention.TraceDays is { } traceDays)
                await DeleteTracesAsync(now - (traceDays * Day), cancellationToken);
            if (retention.ContentDays is { } contentDays)
                await DeleteContentsAsync((int)(now / Day) - contentDays, cancellationToken);
            if (_run is not null)
                await GiveBackAsync(cancellationToken);
        }
        catch (Exception e) when (_run is not null)
        {
            _run.Details = e is OperationCanceledException ? null : e.Message;
            await WriteNoteAsync(_run, CancellationToken.None);
            throw;
        }

        if (_run is not null)
        {
            _run.FinishedAt = time.GetUnixNanos();
            await WriteNoteAsync(_run, cancellationToken);
        }
    }

    private async Task DeleteTracesAsync(long before, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = (await ReadAsync(_tracesTo, cancellationToken)).TakeWhile(t => t.ReceivedAt < before).ToList();
            if (page.Count == 0)
                break;
            await DeleteAsync([.. page.Where(t => t.LastActivity < before)], before, cancellationToken);
            _tracesTo = page[^1].TraceNo;
        }
    }

    /// <summary>Large traces go span by span, the others together.</summary>
    private async Task DeleteAsync(List<OldTrace> traces, long before, CancellationToken cancellationToken)
    {
        if (traces.Count == 0)
            return;

        // First of all: what the charts know of these traces cannot be computed again.
        var last = Math.Min(before, traces.Max(t => t.EndTime ?? t.StartTime));
        var kept = ((last / Quarter) + 1) * (Quarter / UnixNanos.PerSecond);
        await store.WriteAsync((db, ct) => KeepChartsAsync(db, kept, ct), cancellationToken);

        var size = _slices["traces"];
        for (var next = 0; next < traces.Count;)
        {
            var slice = new List<OldTrace>();
            for (var rows = 0; next < traces.Count && (slice.Count == 0 || rows + Rows(traces[next]) <= size.Rows); next++)
            {
                slice.Add(traces[next]);
                rows += Rows(traces[next]);
            }

            long[] numbers = [.. slice.Select(t => t.TraceNo)];
            if (slice.Sum(Rows) > size.Rows)
            {
                await DeleteRowsAsync("span_contents", "trace_no, span_id, content_day", numbers, "", cancellationToken);
                await DeleteRowsAsync("span_chunks", "trace_no, span_id, sequence", numbers, "", cancellationToken);
                await DeleteRowsAsync("spans", "trace_no, span_id", numbers, "", cancellationToken);
            }

            var (deleted, held) = await writer.ExpireAsync(projectId, [.. slice.Select(t => t.TraceId)], before, cancellationToken);
            size.Learn(held);
            await pace.RestAsync(held, cancellationToken);
            await media.ForgetAsync(projectId, [.. slice.Select(t => t.TraceId)], cancellationToken);
            await NoteAsync(r => (r.Traces, r.Spans) = (r.Traces + deleted, r.Spans + slice.Sum(t => t.SpanCount)), cancellationToken);
        }
    }

    private async Task DeleteContentsAsync(int beforeDay, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = (await ReadAsync(_contentsTo, cancellationToken)).TakeWhile(t => t.ReceivedAt < beforeDay * Day).ToList();
            if (page.Count == 0)
                break;
            await DeleteContentsOfAsync(page, beforeDay, cancellationToken);
            _contentsTo = page[^1].TraceNo;
        }
    }

    private async Task DeleteContentsOfAsync(List<OldTrace> traces, int beforeDay, CancellationToken cancellationToken)
    {
        if (traces.Count == 0)
            return;
        long[] numbers = [.. traces.Select(t => t.TraceNo)];
        var old = string.Create(CultureInfo.InvariantCulture, $" AND content_day < {beforeDay}");
        await DeleteRowsAsync("span_contents", "trace_no, span_id, content_day", numbers, $"{old} AND span_id = '{SpanContentRow.OfTrace}'", cancellationToken);
        var contents = await DeleteRowsAsync("span_contents", "trace_no, span_id, content_day", numbers, old, cancellationToken);

        // What is not of a day goes when nothing has come for so long.
        await media.ForgetAsync(projectId, [.. traces.Where(t => t.LastActivity < beforeDay * Day).Select(t => t.TraceId)], cancellationToken);
        var ended = traces.Where(t => t.LastActivity < beforeDay * Day).Select(t => t.TraceNo).ToArray();
        await DeleteRowsAsync("span_chunks", "trace_no, span_id, sequence", ended, "", cancellationToken);
        for (var next = 0; next < ended.Length;)
        {
            var slice = ended[next..Math.Min(ended.Length, next + Math.Max(1, _slices["previews"].Rows / 4))];
            await WriteAsync(_slices["previews"], (db, ct) => ClearAsync(db, slice, ct), cancellationToken);
            next += slice.Length;
        }

        if (contents > 0)
            await NoteAsync(r => r.Spans += contents, cancellationToken);
    }

    /// <summary>Takes input, output and their previews off the traces themselves.</summary>
    private async Task<int> ClearAsync(TraceDbContext db, long[] traceNos, CancellationToken cancellationToken)
    {
        var rows = await db.Traces.AsTracking()
            .Where(t => t.ProjectId == projectId && EF.Parameter(traceNos).Contains(t.TraceNo) && (t.InputPreview != null || t.OutputPreview != null || t.OwnState != null))
            .ToListAsync(cancellationToken);
        foreach (var row in rows)
        {
            if (OwnTrace.Of(row)?.Update is { } own)
            {
                foreach (var field in (ReadOnlySpan<TraceField>)[TraceField.Input, TraceField.Output, TraceField.InputPreview, TraceField.OutputPreview])
                    own.Drop((int)field);
                row.OwnState = MergeStateCodec.Encode(own, contentDay: null);
            }

            if (row.InputPreview is null && row.OutputPreview is null)
                continue;
            (row.InputPreview, row.OutputPreview) = (null, null);
            row.SearchText = SearchText.Build(row.Name, row.TraceId, row.UserId, row.SessionId, null, null);
            row.Version++;
        }

        return await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Deletes the rows of traces, so many at a time that nobody waits long.</summary>
    private async Task<long> DeleteRowsAsync(string table, string key, long[] traceNos, string condition, CancellationToken cancellationToken)
    {
        if (traceNos.Length == 0)
            return 0;
        var numbers = string.Join(',', traceNos.Select(n => n.ToString(CultureInfo.InvariantCulture)));
        long total = 0;
        while (true)
        {
            var rows = _slices[table].Rows;
            var sql = string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE trace_no IN ({numbers}){condition} LIMIT {rows})");
            var deleted = await WriteAsync(_slices[table], (db, ct) => db.Database.ExecuteSqlRawAsync(sql, ct), cancellationToken);
            total += deleted;
            if (deleted < rows)
                return total;
        }
    }

    /// <summary>SQLite keeps free pages in the file until it is told to give them back.</summary>
    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        if (store.Provider != DatabaseProvider.Sqlite)
            return;
        var pages = new SliceSize(time, TimeSpan.FromMilliseconds(3), 8, 500);
        while (true)
        {
            var sql = string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({pages.Rows})");
            var freed = await store.WriteAsync(
                async (db, ct) =>
                {
                    var before = await FreeAsync(db, ct);
                    if (before > 0)
                        await pages.MeasureAsync(() => db.Database.ExecuteSqlRawAsync(sql, ct));
                    return before - await FreeAsync(db, ct);
                },
                cancellationToken);
            if (freed <= 0)
                break;
            await NoteAsync(r => r.Bytes += freed, cancellationToken);
            await pace.RestAsync(pages.Held, cancellationToken);
        }

        static async Task<long> FreeAsync(TraceDbContext db, CancellationToken cancellationToken) =>
            await db.Database.SqlQueryRaw<long>("SELECT freelist_count * page_size AS \"Value\" FROM pragma_freelist_count, pragma_page_size").SingleAsync(cancellationToken);
    }

    private Task<List<OldTrace>> ReadAsync(long after, CancellationToken cancellationToken) => store.ReadAsync(
        (db, ct) => db.Traces.Where(t => t.ProjectId == projectId && t.TraceNo > after).OrderBy(t => t.TraceNo).Take(Page)
            .Select(t => new OldTrace(t.TraceNo, t.TraceId, t.ReceivedAt, t.LastActivity, t.StartTime, t.EndTime, t.SpanCount)).ToListAsync(ct),
        cancellationToken);

    private async Task<int> KeepChartsAsync(TraceDbContext db, long before, CancellationToken cancellationToken)
    {
        var state = await db.RetentionStates.AsTracking().SingleOrDefaultAsync(s => s.ProjectId == projectId, cancellationToken);
        if (state is null)
            db.RetentionStates.Add(new RetentionStateRow { ProjectId = projectId, ChartsKeptBefore = before });
        else
            state.ChartsKeptBefore = Math.Max(state.ChartsKeptBefore, before);
        return await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Writes in a slice of its size, and then lets others write.</summary>
    private async Task<T> WriteAsync<T>(SliceSize size, Func<TraceDbContext, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        var result = await store.WriteAsync((db, ct) => size.MeasureAsync(() => write(db, ct)), cancellationToken);
        await pace.RestAsync(size.Held, cancellationToken);
        return result;
    }

    /// <summary>Counts what was done, and writes it down once in a while; the first thing that is done begins the run.</summary>
    private async Task NoteAsync(Action<MaintenanceRunRow> change, CancellationToken cancellationToken)
    {
        var run = _run ??= new MaintenanceRunRow { Kind = Kind, ProjectId = projectId, StartedAt = time.GetUnixNanos() };
        change(run);
        if (run.Id == 0 || time.GetElapsedTime(_notedAt) >= s_betweenNotes)
            await WriteNoteAsync(run, cancellationToken);
    }

    private async Task WriteNoteAsync(MaintenanceRunRow run, CancellationToken cancellationToken)
    {
        _notedAt = time.GetTimestamp();
        run.UpdatedAt = time.GetUnixNanos();
        await store.WriteAsync(
            (db, ct) =>
            {
                db.Entry(run).State = run.Id == 0 ? EntityState.Added : EntityState.Modified;
                return db.SaveChangesAsync(ct);
            },
            cancellationToken);
    }

    // A trace itself, its key and its metadata are rows too.
    private static int Rows(OldTrace trace) => (2 * trace.SpanCount) + 4;

    private sealed record OldTrace(long TraceNo, string TraceId, long ReceivedAt, long LastActivity, long StartTime, long? EndTime, int SpanCount);
}
