using TraceDashboard.Core.Merge;

namespace TraceDashboard.Core.Storage;

/// <summary>A <see cref="SpanContentRow"/> on its way to the store, as UTF-8.</summary>
internal sealed record ContentWrite(long TraceNo, string SpanId, int ContentDay)
{
    public byte[]? Input { get; init; }

    public byte[]? Output { get; init; }

    public byte[]? Attributes { get; init; }

    public KeyVersions? AttributeVersions { get; init; }

    public byte[]? Events { get; init; }

    public byte[]? Links { get; init; }

    public byte[]? Resource { get; init; }

    public byte[]? Origin { get; init; }

    /// <param name="row">Of the span.</param>
    /// <param name="span">Its state, contents included.</param>
    /// <param name="told">What log records tell of input and output, which stands where nobody says them outright.</param>
    public static ContentWrite OfSpan(SpanRow row, SpanUpdate span, (byte[]? Input, byte[]? Output) told) => new(row.TraceNo, row.SpanId, row.ContentDay)
    {
        Input = span.Has(SpanField.Input) ? span.Input : told.Input,
        Output = span.Has(SpanField.Output) ? span.Output : told.Output,
        Attributes = span.Attributes,
        AttributeVersions = span.KeyVersions,
        Events = span.Events,
        Links = span.Links,
        Resource = span.Resource,
        Origin = span.Origin,
    };

    public static ContentWrite OfTrace(long traceNo, int contentDay, TraceUpdate own) => new(traceNo, SpanContentRow.OfTrace, contentDay) { Input = own.Input, Output = own.Output };
}
