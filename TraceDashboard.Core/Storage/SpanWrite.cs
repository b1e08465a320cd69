using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Core.Storage;

/// <summary>A stored span and its contents, the latter as UTF-8. What log records tell of them stands where nobody says them outright.</summary>
internal sealed record SpanWrite(SpanRow Row, SpanUpdate Contents)
{
    private readonly (byte[]? Input, byte[]? Output) _told = LogMessages.Of(Contents.Events);

    public byte[]? Input => Contents.Has(SpanField.Input) ? Contents.Input : _told.Input;

    public byte[]? Output => Contents.Has(SpanField.Output) ? Contents.Output : _told.Output;

    /// <summary>What log records tell of a root as the previews of its trace, which stand against nothing that is said outright; null when they tell nothing.</summary>
    public TraceUpdate? ToPreviews()
    {
        if (_told is (null, null) || Row is not { ParentSpanId: null, StartTime: not null })
            return null;

        // The more is known, the greater the version.
        var previews = new TraceUpdate { ProjectId = Row.ProjectId, TraceId = Contents.TraceId, Version = new UpdateVersion(0, 0, Contents.Events!.Length) };
        if (Preview.OfInput(_told.Input) is { } input)
            previews.InputPreview = input;
        if (Preview.OfOutput(_told.Output) is { } output)
            previews.OutputPreview = output;
        return previews;
    }
}
