using TraceDashboard.Core.Merge;

namespace TraceDashboard.Core.Storage;

public abstract partial class SpanWriter
{
    private sealed partial class Work
    {
        /// <summary>Joins what senders say of the trace itself with what is stored.</summary>
        private void JoinOwn(TraceState trace)
        {
            var stored = trace.StoredOwn;
            (trace.Own, trace.OwnState) = (stored?.Update, trace.Stored?.OwnState);
            if (trace.Write.Own is not { } update)
                return;
            var own = trace.Own ??= new TraceUpdate { ProjectId = trace.Write.ProjectId, TraceId = trace.Write.TraceId, Version = default };
            var contents = trace.OwnContents;
            var (input, output, fields) = (SpanRowMapper.ToUtf8(contents?.Input), SpanRowMapper.ToUtf8(contents?.Output), own.Fields);
            if (contents is not null)
                (own.Input, own.Output, own.Fields) = (input, output, fields); // setting a property marks its field
            TraceMerge.Join(own, update);
            var day = stored?.ContentDay;
            if (!IsSame(input, own.Input) || !IsSame(output, own.Output))
            {
                day = contents?.ContentDay ?? (int)(now / Day);
                _contents.Add(ContentWrite.OfTrace(trace.TraceNo, day.Value, own));
                trace.Changed = true;
            }

            trace.OwnState = MergeStateCodec.Encode(own, day);
            trace.Changed |= !IsSame(trace.OwnState, trace.Stored?.OwnState);
        }

        private static bool SetsContents(TraceUpdate? own) => own is not null && (own.Fields & TraceMerge.ContentFields) != 0;

        private static bool IsSame(byte[]? left, byte[]? right) => left is null ? right is null : right is not null && left.AsSpan().SequenceEqual(right);
    }
}
