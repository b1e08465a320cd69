using TraceDashboard.Core.Live;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>
/// Writes batches of updates, each in one transaction: merged with what is there, summarised by trace, and marked for the
/// rollups. How a database is spoken to is the session's business.
/// </summary>
public abstract partial class SpanWriter(PriceBooks prices, TimeProvider time)
{
    /// <summary>
    /// From this many spans on, a trace is summarised in the background: to read them with each batch would cost quadratically, and more than
    /// 5 ms of SQLite's write lock.
    /// </summary>
    internal const int LongTrace = 500;

    /// <summary>Pieces of streamed output over which something that is redacted may be spread.</summary>
    internal const int ChunksAround = 64;

    private const long Minute = 60 * UnixNanos.PerSecond;
    private const long Day = 24 * 60 * Minute;

    private long _begun;
    private long _ended;

    /// <summary>Where somebody who does nothing but write should run.</summary>
    public virtual TaskScheduler Scheduler => TaskScheduler.Default;

    /// <summary>Lets that much time pass, for somebody who runs on <see cref="Scheduler"/>.</summary>
    public virtual Task PauseAsync(TimeSpan time) => Task.Delay(time);

    /// <summary>How many transactions of batches were begun by this process, and whether one is under way.</summary>
    internal (long Begun, bool IsWriting) Batches
    {
        get
        {
            var ended = Interlocked.Read(ref _ended);
            var begun = Interlocked.Read(ref _begun);
            return (begun, begun != ended);
        }
    }

    /// <summary>Writes the batches in one transaction and returns the traces that it changed. Nothing is written when it throws.</summary>
    public async Task<IReadOnlyCollection<TraceChanged>> WriteAsync(IReadOnlyCollection<IngestBatch> batches, CancellationToken cancellationToken)
    {
        await prices.CurrentAsync(cancellationToken); // so that nothing is read in the transaction
        var traces = WriteBatch.Join(batches);
        var scores = WriteBatch.JoinScores(batches);
        var now = time.GetUnixNanos();
        Interlocked.Increment(ref _begun);
        try
        {
            return await RunAsync(
                (int)(now / Day),
                async session =>
                {
                    var work = new Work(session, prices, now);
                    await work.WriteAsync(traces, cancellationToken);
                    await work.WriteScoresAsync(scores, cancellationToken);
                    await session.CommitAsync(cancellationToken);
                    return work.Changed;
                },
                cancellationToken);
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }

    /// <summary>Runs work in a transaction of its own; repeats it when the database asks for that.</summary>
    /// <param name="today">The day whose contents are written, in days since the Unix epoch.</param>
    private protected abstract Task<T> RunAsync<T>(int today, Func<WriteSession, Task<T>> work, CancellationToken cancellationToken);

    private static void AddMinute(HashSet<(int, long)> minutes, int projectId, long? nanos)
    {
        if (nanos is { } start)
            minutes.Add((projectId, Math.DivRem(start, Minute).Quotient * 60));
    }

    /// <summary>The steps of one transaction.</summary>
    private sealed partial class Work(WriteSession session, PriceBooks prices, long now)
    {
        private readonly List<TraceState> _traces = [];
        private readonly Dictionary<SpanKey, SpanRow> _stored = [];
        private readonly List<SpanRow> _spans = [];
        private readonly List<SpanRow> _replacedSpans = [];
        private readonly List<ContentWrite> _contents = [];
        private readonly List<SpanChunkRow> _chunks = [];
        private readonly List<SpanChunkRow> _changedChunks = [];
        private readonly List<SpanKey> _outputGiven = [];
        private readonly HashSet<(int, long)> _dirty = [];
        private ProjectPrices _prices = null!;

        public IReadOnlyCollection<TraceChanged> Changed { get; private set; } = [];

        public async Task WriteAsync(TraceWrite[] writes, CancellationToken cancellationToken)
        {
            if (writes.Length == 0)
                return;
            await LockAndReadAsync(writes, cancellationToken);
            await MergeSpansAsync(cancellationToken);
            await RedactChunksAsync(cancellationToken);
            _traces.ForEach(JoinOwn);
            await session.UpsertAsync(Tables.Spans, _spans, cancellationToken);
            await session.ReplaceAsync(Tables.Spans, _replacedSpans, cancellationToken);
            await session.UpsertAsync(Tables.Contents, _contents, cancellationToken);
            await session.UpsertAsync(Tables.Chunks, _chunks, cancellationToken);
            await session.UpsertAsync(Tables.ReplacedChunks, _changedChunks, cancellationToken);
            await session.DeleteBySpanAsync("span_chunks", _outputGiven, cancellationToken);
            await SummariseAsync(cancellationToken);
            await session.MarkDirtyAsync(_dirty, cancellationToken);
            Changed = [.. _traces.Where(t => t.Changed).Select(t => new TraceChanged(t.Write.ProjectId, t.Write.TraceId))];
        }

        /// <summary>Scores of deleted traces are dropped, as everything of them is.</summary>
        public async Task WriteScoresAsync(Score[] scores, CancellationToken cancellationToken)
        {
            if (scores.Length == 0)
                return;
            var traces = _traces.ToDictionary(t => (t.Write.ProjectId, t.Write.TraceId));
            var rows = new List<ScoreWrite>(scores.Length);
            var changed = Changed.ToHashSet();
            foreach (var score in scores)
            {
                if (score.TraceId is null)
                {
                    rows.Add(new ScoreWrite(score, null, now));
                }
                else if (traces.TryGetValue((score.ProjectId, score.TraceId), out var trace))
                {
                    rows.Add(new ScoreWrite(score, trace.TraceNo, now));
                    changed.Add(new TraceChanged(score.ProjectId, score.TraceId));
                }
            }

            await session.UpsertAsync(Tables.Scores, rows, cancellationToken);
            Changed = changed;
        }

        private async Task LockAndReadAsync(TraceWrite[] writes, CancellationToken cancellationToken)
        {
            await session.LockAndReadAsync([.. writes.Select(w => (w.ProjectId, w.TraceId))], locked => RowsOf(writes, locked), cancellationToken);

            // Behind the lock: whoever prices spans again waits for those that began with the old prices, and finds the others done.
            _prices = await prices.CurrentAsync(cancellationToken);
        }

        /// <summary>What is stored of traces and spans that the transaction writes.</summary>
        private RowQuery[] RowsOf(TraceWrite[] writes, LockedTrace[] locked)
        {
            _traces.Clear();
            for (var i = 0; i < writes.Length; i++)
            {
                if (!locked[i].IsDeleted)
                    _traces.Add(new TraceState(writes[i], locked[i].TraceNo, locked[i].IsNew));
            }

            var known = _traces.Where(t => !t.IsNew).ToDictionary(t => t.TraceNo);
            return
            [
                RowQuery.ByTrace(Tables.Traces.Select, "traces", known.Keys, r => { var row = Tables.ReadTrace(r); known[row.TraceNo].Stored = row; }),
                RowQuery.BySpan(
                    Tables.Spans.Select, "spans", known.Values.SelectMany(t => t.Write.Spans.Keys.Select(s => new SpanKey(t.TraceNo, s))),
                    r => { var row = Tables.ReadSpan(r); _stored[new(row.TraceNo, row.SpanId)] = row; }),
            ];
        }

        private async Task MergeSpansAsync(CancellationToken cancellationToken)
        {
            var contents = await ReadContentsAsync(cancellationToken);
            foreach (var trace in _traces)
            {
                foreach (var update in trace.Write.Spans.Values)
                {
                    var key = new SpanKey(trace.TraceNo, update.SpanId);
                    if (!_stored.TryGetValue(key, out var row))
                    {
                        Add(trace, update, null, null, withContents: (update.Fields & SpanMerge.ContentFields) != 0);
                        continue;
                    }

                    trace.StoredSpans++;
                    if (IsRepeat(row, update))
                        trace.Repeated.Add(row);
                    else
                        Merge(trace, update, row, contents.GetValueOrDefault(key));
                }
            }
        }

        /// <summary>The contents of the spans and traces that an update changes the contents of; the others are not read, however large they are.</summary>
        private async Task<Dictionary<SpanKey, SpanContentRow>> ReadContentsAsync(CancellationToken cancellationToken)
        {
            var contents = new Dictionary<SpanKey, SpanContentRow>();
            var keys = _traces.SelectMany(t => t.Write.Spans.Values
                .Where(u => (u.Fields & SpanMerge.ContentFields) != 0)
                .Select(u => (Key: new SpanKey(t.TraceNo, u.SpanId), Update: u)))
                .Where(u => _stored.TryGetValue(u.Key, out var row) && !IsRepeat(row, u.Update))
                .Select(u => (u.Key, _stored[u.Key].ContentDay))
                .Concat(_traces
                    .Where(t => SetsContents(t.Write.Own) && t.StoredOwn?.ContentDay is not null)
                    .Select(t => (new SpanKey(t.TraceNo, SpanContentRow.OfTrace), t.StoredOwn!.ContentDay!.Value)))
                .ToArray();
            await session.ReadAsync(
                [RowQuery.BySpan(Tables.Contents.Select, "span_contents", keys, r => { var row = Tables.ReadContent(r); contents[new(row.TraceNo, row.SpanId)] = row; })],
                cancellationToken);
            foreach (var trace in _traces)
                trace.OwnContents = contents.GetValueOrDefault(new SpanKey(trace.TraceNo, SpanContentRow.OfTrace));
            return contents;
        }

        private void Merge(TraceState trace, SpanUpdate update, SpanRow row, SpanContentRow? contents)
        {
            var state = SpanRowMapper.ToUpdate(row, update.TraceId, contents);
            SpanMerge.Join(state, update);
            state.Hash = update.Hash;
            var withContents = (update.Fields & SpanMerge.ContentFields) != 0;
            Add(trace, state, row, withContents && contents is null ? null : row.ContentDay, withContents);
        }

        /// <param name="contentDay">Where its contents are; null when there are none, or no more: their day may be gone.</param>
        private void Add(TraceState trace, SpanUpdate state, SpanRow? before, int? contentDay, bool withContents)
        {
            trace.Changed = true;
            var row = SpanRowMapper.ToRow(state, trace.TraceNo, before?.ReceivedAt ?? now, contentDay ?? (int)(now / Day), _prices.Of(state.ProjectId), before);
            (before is not null && before.StartTime == row.StartTime ? _replacedSpans : _spans).Add(row);
            trace.Written.Add(row);
            if (withContents)
            {
                var told = LogMessages.Of(state.Events);
                _contents.Add(ContentWrite.OfSpan(row, state, told));
                if (row is { ParentSpanId: null, StartTime: not null } && LogMessages.Previews(state, told) is { } previews)
                    trace.Write.Add(previews);
            }

            AddMinute(_dirty, row.ProjectId, before?.StartTime);
            AddMinute(_dirty, row.ProjectId, row.StartTime);

            if (state.Has(SpanField.Output))
                _outputGiven.Add(new SpanKey(row.TraceNo, row.SpanId));
            else if (state.Chunks is { } chunks)
                _chunks.AddRange(SpanMerge.JoinChunks(chunks).Select(c => new SpanChunkRow { TraceNo = row.TraceNo, SpanId = row.SpanId, Sequence = c.Sequence, Text = c.Text }));
        }

        /// <summary>
        /// Redacts pieces of streamed output together with those around them, which are read for it. A piece that is there already stays:
        /// sent again, it would bring back what was taken out of it.
        /// </summary>
        private async Task RedactChunksAsync(CancellationToken cancellationToken)
        {
            var redactors = _traces.Where(t => t.Write.Redactor is not null).ToDictionary(t => t.TraceNo, t => t.Write.Redactor!);
            var bySpan = _chunks.Where(c => redactors.ContainsKey(c.TraceNo)).GroupBy(c => new SpanKey(c.TraceNo, c.SpanId)).ToList();
            if (bySpan.Count == 0)
                return;
            var stored = new List<SpanChunkRow>();
            await session.ReadChunksAsync(
                [.. bySpan.Select(s => (s.Key, Saturating.Add(s.Min(c => c.Sequence), -ChunksAround), Saturating.Add(s.Max(c => c.Sequence), ChunksAround)))], stored.Add, cancellationToken);
            var storedOf = stored.ToLookup(c => new SpanKey(c.TraceNo, c.SpanId));
            _chunks.RemoveAll(c => redactors.ContainsKey(c.TraceNo));
            foreach (var span in bySpan)
            {
                var known = storedOf[span.Key].Select(c => c.Sequence).ToHashSet();
                var rows = storedOf[span.Key].Concat(span.Where(c => !known.Contains(c.Sequence))).OrderBy(c => c.Sequence).ToArray();
                var texts = rows.Select(c => c.Text).ToArray();
                for (int start = 0, end = 1; start < rows.Length; start = end++)
                {
                    while (end < rows.Length && rows[end].Sequence - rows[end - 1].Sequence == 1)
                        end++;
                    redactors[span.Key.TraceNo].ApplyToPieces(texts.AsSpan(start, end - start));
                }

                foreach (var (row, text) in rows.Zip(texts))
                {
                    var isNew = !known.Contains(row.Sequence);
                    if (isNew || row.Text != text)
                        (isNew ? _chunks : _changedChunks).Add(new SpanChunkRow { TraceNo = row.TraceNo, SpanId = row.SpanId, Sequence = row.Sequence, Text = text });
                }
            }
        }

        private async Task SummariseAsync(CancellationToken cancellationToken)
        {
            // Where not all spans of a trace are at hand they are read, unless there are many.
            var read = _traces.Where(t => !t.HasAllSpans && t.Changed && !t.IsLong).ToDictionary(t => t.TraceNo);
            await session.ReadAsync([RowQuery.ByTrace(FactsReader.Select, "spans", read.Keys, r => read[FactsReader.TraceNo(r)].Facts.Add(FactsReader.Read(r)))], cancellationToken);

            var counted = new List<CountedSpan>();
            foreach (var trace in _traces.Where(t => t.Changed))
            {
                if (trace.HasAllSpans)
                    trace.Facts.AddRange(trace.Written.Concat(trace.Repeated).Select(SpanRowMapper.ToFacts));
                var row = trace.Stored ?? new TraceRow { TraceNo = trace.TraceNo, ProjectId = trace.Write.ProjectId, TraceId = trace.Write.TraceId, Environment = "", ReceivedAt = now };
                row.OwnState = trace.OwnState;

                Shown? before = trace.Stored is null ? null : new Shown(row);
                if (trace.HasAllSpans || read.ContainsKey(trace.TraceNo))
                {
                    Count(trace, counted);
                    TraceRowBuilder.Apply(row, trace.Own, TraceSummary.Compute(trace.Facts));
                }
                else
                {
                    // Its columns follow with the summary; what its senders said of it is kept now.
                    row.Stale = true;
                }

                if (!_isRepricing)
                    row.LastActivity = now;
                Put(row, before, trace.Facts);
            }

            await session.SetCountedAsync(counted, cancellationToken);
            await PutAsync(cancellationToken);
        }

        private void Count(TraceState trace, List<CountedSpan> changed)
        {
            foreach (var i in CallLayers.Settle(trace.Facts, _prices.Of(trace.Write.ProjectId)))
            {
                var span = trace.Facts[i];
                changed.Add(new CountedSpan(new SpanKey(trace.TraceNo, span.SpanId), span.Counted, LayeredCallCodec.Encode(span.Layers)));
                AddMinute(_dirty, trace.Write.ProjectId, span.StartTime);
            }
        }

        private static bool IsRepeat(SpanRow stored, SpanUpdate update) => update.Hash != 0 && stored.LastHash == update.Hash;
    }

    /// <summary>One trace on its way through the transaction.</summary>
    private sealed class TraceState(TraceWrite write, long traceNo, bool isNew)
    {
        public TraceWrite Write { get; } = write;

        public long TraceNo { get; } = traceNo;

        public bool IsNew { get; } = isNew;

        public TraceRow? Stored { get; set; }

        public OwnTrace? StoredOwn => field ??= Stored is null ? null : OwnTrace.Of(Stored);

        /// <summary>The stored input and output of the trace itself, where they matter.</summary>
        public SpanContentRow? OwnContents { get; set; }

        /// <summary>What is known of the trace itself from all its senders.</summary>
        public TraceUpdate? Own { get; set; }

        /// <summary>The same, as it is stored.</summary>
        public byte[]? OwnState { get; set; }

        public bool Changed { get; set; }

        public List<SpanRow> Written { get; } = [];

        /// <summary>Stored spans that an update repeated.</summary>
        public List<SpanRow> Repeated { get; } = [];

        /// <summary>Spans of the write that were stored before.</summary>
        public int StoredSpans { get; set; }

        /// <summary>Whether written and repeated spans are all that the trace has.</summary>
        public bool HasAllSpans => IsNew || (Stored is { Stale: false } stored && stored.SpanCount == StoredSpans);

        /// <summary>Whether the rest of its spans is too much to be read with each batch. Once its summary lags behind, it is summed up elsewhere.</summary>
        public bool IsLong => Stored is { } stored && (stored.Stale || stored.SpanCount + Written.Count > LongTrace);

        public List<SpanFacts> Facts { get; } = [];
    }
}
