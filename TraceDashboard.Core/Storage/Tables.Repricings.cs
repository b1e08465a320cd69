namespace TraceDashboard.Core.Storage;

internal static partial class Tables
{
    public static readonly Table<RepricingRow> Repricings = new(
        "repricings",
        ["id"],
        [
            ("id", ColumnType.Int64), ("project_id", ColumnType.Int32), ("price_id", ColumnType.Text), ("from_time", ColumnType.Int64),
            ("to_time", ColumnType.Int64), ("created_at", ColumnType.Int64), ("started_at", ColumnType.Int64), ("finished_at", ColumnType.Int64),
            ("step", ColumnType.Int64), ("cursor_time", ColumnType.Int64), ("cursor_trace_no", ColumnType.Int64), ("cursor_span_id", ColumnType.Text),
            ("done", ColumnType.Int64), ("about", ColumnType.Int64), ("changed", ColumnType.Int64), ("error", ColumnType.Text),
        ],
        static (row, sink) =>
        {
            sink.Int64(row.Id);
            sink.Int32(row.ProjectId);
            sink.Text(row.PriceId);
            sink.Int64(row.FromTime);
            sink.Int64(row.ToTime);
            sink.Int64(row.CreatedAt);
            sink.Int64(row.StartedAt);
            sink.Int64(row.FinishedAt);
            sink.Int64(row.Step);
            sink.Int64(row.CursorTime);
            sink.Int64(row.CursorTraceNo);
            sink.Text(row.CursorSpanId);
            sink.Int64(row.Done);
            sink.Int64(row.About);
            sink.Int64(row.Changed);
            sink.Text(row.Error);
        },
        Version: ["step"]);
}
