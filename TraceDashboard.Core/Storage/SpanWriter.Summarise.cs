using TraceDashboard.Core.Live;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

public abstract partial class SpanWriter
{
    /// <summary>Spans of which one transaction changes whether they count, and with what.</summary>
    private const int RecountedSlice = 200;

    /// <summary>
    /// Stores what the spans of a trace say of it. They were read, and are summed up, outside of any transaction, so that others wait for
    /// milliseconds however many they are. Where the trace has changed since, it stays marked, and is summed up again.
    /// </summary>
    /// <returns>The trace; nothing when it is gone.</returns>
    internal async Task<IReadOnlyCollection<TraceChanged>> SummariseAsync(TraceFacts facts, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        var summary = TraceSummary.Compute(facts.Spans);
        foreach (var slice in facts.Recounted.Chunk(RecountedSlice))
        {
            await RunAsync(
                (int)(now / Day),
                async session =>
                {
                    var locked = (await session.LockTracesAsync([(facts.ProjectId, facts.TraceId)], cancellationToken))[0];
                    if (locked.IsDeleted || locked.TraceNo != facts.TraceNo)
                        return false; // rolls back the key of a trace that is gone
                    var minutes = new HashSet<(int, long)>();
                    foreach (var span in slice)
                        AddMinute(minutes, facts.ProjectId, span.StartTime);
                    await session.SetCountedAsync([.. slice.Select(s => new CountedSpan(new SpanKey(facts.TraceNo, s.SpanId), s.Counted, LayeredCallCodec.Encode(s.Layers)))], cancellationToken);
                    await session.MarkDirtyAsync(minutes, cancellationToken);
                    await session.CommitAsync(cancellationToken);
                    return true;
                },
                cancellationToken);
        }

        return await RunAsync<IReadOnlyCollection<TraceChanged>>(
            (int)(now / Day),
            async session =>
            {
                if (!await new Work(session, prices, now).SummariseAsync(facts, summary, cancellationToken))
                    return [];
                await session.CommitAsync(cancellationToken);
                return [new TraceChanged(facts.ProjectId, facts.TraceId)];
            },
            cancellationToken);
    }

    private sealed partial class Work
    {
        private readonly List<TraceRow> _summaries = [];
        private readonly List<TraceRow> _replacedSummaries = [];
        private readonly List<long> _metadataGone = [];
        private readonly List<MetadataValueRow> _metadata = [];

        /// <returns>Whether the trace is still there.</returns>
        public async Task<bool> SummariseAsync(TraceFacts facts, TraceSummary summary, CancellationToken cancellationToken)
        {
            await LockAndReadAsync([new TraceWrite(facts.ProjectId, facts.TraceId)], cancellationToken);
            if (_traces is not [{ Stored: { } row }] || row.TraceNo != facts.TraceNo)
                return false;
            var before = new Shown(row);
            TraceRowBuilder.Apply(row, _traces[0].StoredOwn?.Update, summary);
            row.Stale = row.Version != facts.Version;
            Put(row, before, facts.Spans);
            await PutAsync(cancellationToken);
            await session.MarkDirtyAsync(_dirty, cancellationToken);
            return true;
        }

        /// <summary>Takes up a summary that has changed.</summary>
        /// <param name="before">As it was; null when it is a new one.</param>
        /// <param name="spans">Those that are known here.</param>
        private void Put(TraceRow row, Shown? before, IEnumerable<SpanFacts> spans)
        {
            row.Version++;
            (before is { } shown && shown.IsIndexedAs(row) ? _replacedSummaries : _summaries).Add(row);
            AddMinute(_dirty, row.ProjectId, row.StartTime);
            if (before is { } old && old.IsRolledUpOtherThan(row))
            {
                AddMinute(_dirty, row.ProjectId, old.StartTime);
                foreach (var span in spans)
                    AddMinute(_dirty, row.ProjectId, span.StartTime);
            }

            if (before?.Metadata != row.Metadata)
                PutMetadata(row, before?.Metadata);
        }

        // What stays the same is not written again, or each update of a trace would cost as much as all of its metadata.
        private void PutMetadata(TraceRow row, string? stored)
        {
            var before = TraceRowBuilder.MetadataValues(stored);
            var after = TraceRowBuilder.MetadataValues(row.Metadata);
            if (before.Keys.Any(key => !after.ContainsKey(key)))
            {
                _metadataGone.Add(row.TraceNo);
                before.Clear();
            }

            _metadata.AddRange(after.Where(v => before.GetValueOrDefault(v.Key) != v.Value)
                .Select(v => new MetadataValueRow { TraceNo = row.TraceNo, ProjectId = row.ProjectId, Key = v.Key, Value = v.Value }));
        }

        private async Task PutAsync(CancellationToken cancellationToken)
        {
            await session.UpsertAsync(Tables.Traces, _summaries, cancellationToken);
            await session.ReplaceAsync(Tables.Traces, _replacedSummaries, cancellationToken);
            await session.DeleteByTraceAsync("metadata_values", _metadataGone, cancellationToken);
            await session.UpsertAsync(Tables.Metadata, _metadata, cancellationToken);
        }

        /// <summary>What is derived from a summary: indexes, rollups, rows of metadata.</summary>
        private readonly record struct Shown(string? Name, string Environment, long StartTime, string? UserId, string? SessionId, bool Stale, string? Metadata)
        {
            public Shown(TraceRow row)
                : this(row.Name, row.Environment, row.StartTime, row.UserId, row.SessionId, row.Stale, row.Metadata)
            {
            }

            public bool IsIndexedAs(TraceRow row) => (StartTime, UserId, SessionId, Stale) == (row.StartTime, row.UserId, row.SessionId, row.Stale);

            public bool IsRolledUpOtherThan(TraceRow row) => (Name, Environment, StartTime) != (row.Name, row.Environment, row.StartTime);
        }
    }
}
