using System.Data.Common;

namespace TraceDashboard.Core.Storage;

/// <summary>The rows of a table (called <c>t</c>) that belong to some traces or spans.</summary>
internal sealed record RowQuery
{
    private readonly Action<DbDataReader> _read;

    private RowQuery(string select, string table, Action<DbDataReader> read)
    {
        Select = select;
        Table = table;
        _read = read;
    }

    /// <summary>Told of the table of each row that a transaction reads; for tests that count them.</summary>
    internal static event Action<string>? RowRead;

    public string Select { get; }

    public string Table { get; }

    public long[] TraceNos { get; private init; } = [];

    /// <summary>Null when the query is by trace.</summary>
    public SpanKey[]? Spans { get; private init; }

    /// <summary>Days that the rows are of, of a table that is partitioned by <c>content_day</c>; null of any other.</summary>
    public int[]? Days { get; private init; }

    public bool IsEmpty => (Spans?.Length ?? TraceNos.Length) == 0;

    public void Read(DbDataReader row)
    {
        RowRead?.Invoke(Table);
        _read(row);
    }

    public static RowQuery ByTrace(string select, string table, IEnumerable<long> traceNos, Action<DbDataReader> read) =>
        new(select, table, read) { TraceNos = [.. traceNos] };

    public static RowQuery BySpan(string select, string table, IEnumerable<SpanKey> spans, Action<DbDataReader> read) =>
        new(select, table, read) { Spans = [.. spans] };

    public static RowQuery BySpan(string select, string table, IReadOnlyCollection<(SpanKey Span, int Day)> spans, Action<DbDataReader> read) =>
        new(select, table, read) { Spans = [.. spans.Select(s => s.Span)], Days = [.. spans.Select(s => s.Day).Distinct()] };
}
