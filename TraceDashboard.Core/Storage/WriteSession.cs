namespace TraceDashboard.Core.Storage;

/// <summary>What the key table says of a trace.</summary>
internal readonly record struct LockedTrace(long TraceNo, bool IsNew, bool IsDeleted);

internal readonly record struct SpanKey(long TraceNo, string SpanId);

/// <summary>What follows for a span from the others of its trace.</summary>
/// <param name="Layers">See <see cref="SpanRow.Layers"/>.</param>
internal readonly record struct CountedSpan(SpanKey Span, bool Counted, string? Layers);

/// <summary>
/// One transaction of the bulk writer on one database. Everything it does is batched: how often it goes to the database
/// does not depend on how much it brings.
/// </summary>
internal abstract class WriteSession : IAsyncDisposable
{
    /// <summary>
    /// Numbers the traces and locks them until the end of the transaction, so that writers of one trace take turns and
    /// what they read of it stays true. The ids must be sorted, or two writers could wait for each other.
    /// </summary>
    public abstract Task<LockedTrace[]> LockTracesAsync(IReadOnlyList<(int ProjectId, string TraceId)> sorted, CancellationToken cancellationToken);

    /// <summary>Locks the traces, and runs the queries that they lead to.</summary>
    /// <param name="sorted">As for <see cref="LockTracesAsync"/>.</param>
    /// <param name="queries">May be asked more than once: the last time is what counts, and only its queries are answered.</param>
    public virtual async Task LockAndReadAsync(
        IReadOnlyList<(int ProjectId, string TraceId)> sorted, Func<LockedTrace[], RowQuery[]> queries, CancellationToken cancellationToken) =>
        await ReadAsync(queries(await LockTracesAsync(sorted, cancellationToken)), cancellationToken);

    /// <summary>Runs the queries, all of them in one go where the database is far.</summary>
    public abstract Task ReadAsync(RowQuery[] queries, CancellationToken cancellationToken);

    /// <summary>Reads the pieces of streamed output of spans whose sequence lies in a range, both ends included.</summary>
    public abstract Task ReadChunksAsync(IReadOnlyList<(SpanKey Span, long From, long To)> ranges, Action<SpanChunkRow> read, CancellationToken cancellationToken);

    /// <summary>Inserts rows, or replaces those that are there. A key must not occur twice.</summary>
    public abstract Task UpsertAsync<T>(Table<T> table, IReadOnlyList<T> rows, CancellationToken cancellationToken);

    /// <summary>Replaces rows that are there and whose <see cref="Table{T}.Indexed"/> columns stay what they are.</summary>
    public virtual Task ReplaceAsync<T>(Table<T> table, IReadOnlyList<T> rows, CancellationToken cancellationToken) => UpsertAsync(table, rows, cancellationToken);

    public abstract Task DeleteByTraceAsync(string table, IReadOnlyList<long> traceNos, CancellationToken cancellationToken);

    public abstract Task DeleteBySpanAsync(string table, IReadOnlyList<SpanKey> spans, CancellationToken cancellationToken);

    public abstract Task SetCountedAsync(IReadOnlyList<CountedSpan> spans, CancellationToken cancellationToken);

    /// <summary>Appends marks for the rollups of these minutes.</summary>
    public abstract Task MarkDirtyAsync(IReadOnlyCollection<(int ProjectId, long Bucket)> buckets, CancellationToken cancellationToken);

    public abstract Task SetDeletedAsync(int projectId, IReadOnlyList<string> traceIds, long deletedAt, CancellationToken cancellationToken);

    public abstract Task CommitAsync(CancellationToken cancellationToken);

    /// <summary>Rolls back what was not committed.</summary>
    public abstract ValueTask DisposeAsync();
}
