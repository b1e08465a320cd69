using TraceDashboard.Core.Merge;

namespace TraceDashboard.Core.Storage;

/// <summary>What senders said of a trace itself, as its row holds it.</summary>
/// <param name="Update">Input and output are set, but null: they have a row of their own.</param>
/// <param name="ContentDay">Where that row is, see <see cref="SpanContentRow.OfTrace"/>; null when there is none.</param>
internal sealed record OwnTrace(TraceUpdate Update, int? ContentDay)
{
    /// <summary>Null when nobody said anything of it.</summary>
    public static OwnTrace? Of(TraceRow row) => row.OwnState is null ? null : MergeStateCodec.DecodeTrace(row.ProjectId, row.TraceId, row.OwnState);
}
