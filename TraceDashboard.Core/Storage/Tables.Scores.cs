using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>A score and what its trace is stored under; null for the score of a session.</summary>
internal readonly record struct ScoreWrite(Score Score, long? TraceNo, long ReceivedAt);

internal static partial class Tables
{
    public static readonly Table<ScoreWrite> Scores = new(
        "scores",
        ["project_id", "id"],
        [
            ("project_id", ColumnType.Int32), ("id", ColumnType.Text), ("trace_no", ColumnType.Int64), ("trace_id", ColumnType.Text),
            ("span_id", ColumnType.Text), ("session_id", ColumnType.Text), ("name", ColumnType.Text), ("data_type", ColumnType.Int16),
            ("value", ColumnType.Double), ("string_value", ColumnType.Text), ("source", ColumnType.Int16), ("comment", ColumnType.Text),
            ("metadata", ColumnType.Text), ("author", ColumnType.Text), ("environment", ColumnType.Text), ("config_id", ColumnType.Text),
            ("timestamp", ColumnType.Int64), ("received_at", ColumnType.Int64), ("version_time", ColumnType.Int64), ("version_hash", ColumnType.Int64),
            ("deleted_at", ColumnType.Int64),
        ],
        static (write, sink) =>
        {
            var score = write.Score;
            sink.Int32(score.ProjectId);
            sink.Text(score.Id);
            sink.Int64(write.TraceNo);
            sink.Text(score.TraceId);
            sink.Text(score.SpanId);
            sink.Text(score.SessionId);
            sink.Text(score.Name);
            sink.Int16((short)score.DataType);
            sink.Double(score.Value);
            sink.Text(score.Text);
            sink.Int16((short)score.Source);
            sink.Text(score.Comment);
            sink.Text(score.Metadata);
            sink.Text(score.Author);
            sink.Text(score.Environment);
            sink.Text(score.ConfigId);
            sink.Int64(score.Timestamp);
            sink.Int64(write.ReceivedAt);
            sink.Int64(score.VersionTime);
            sink.Int64(score.VersionHash);
            sink.Int64(null);
        },
        Version: ["version_time", "version_hash"]);
}
