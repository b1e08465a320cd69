using System.Runtime.InteropServices;
using TraceDashboard.Core.Ingestion.Conventions;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// Field numbers are those of opentelemetry-proto 1.11 (trace, logs, resource, common); unknown fields are passed over. Envelopes of
/// traces and logs have the same ones.
/// </summary>
internal sealed class ProtobufRequest : OtlpRequest
{
    /// <summary>Two ids with their tags and lengths.</summary>
    private const int ShortestSpan = 28;
    private const uint LegacyScopeSpans = 1000;
    private readonly ProtobufNestedValue _nested;

    public ProtobufRequest(OtlpSignal signal, byte[] body, int length, IngestionOptions options)
        : base(signal, body, length, options)
    {
        _nested = new ProtobufNestedValue(options);
        var reader = new ProtobufReader(body, 0, length);
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                ScanResourceSpans(reader.Message);
        }

        Check(reader);
    }

    private void ScanResourceSpans(ProtobufReader reader)
    {
        var firstGroup = Groups.Count;
        BodyRange resource = default, schemaUrl = default;
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                resource = new BodyRange(reader.Start, reader.Length);
            else if (reader.Is(2, WireType.Length) || reader.Is(LegacyScopeSpans, WireType.Length))
                ScanScopeSpans(reader.Message);
            else if (reader.Is(3, WireType.Length))
                schemaUrl = new BodyRange(reader.Start, reader.Length);
        }

        Check(reader);
        // The resource may come after the spans.
        foreach (ref var group in CollectionsMarshal.AsSpan(Groups)[firstGroup..])
            (group.Resource, group.ResourceSchemaUrl) = (resource, schemaUrl);
    }

    private void ScanScopeSpans(ProtobufReader reader)
    {
        var group = new SpanGroup { FirstSpan = Spans.Count };
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                group.Scope = new BodyRange(reader.Start, reader.Length);
            else if (reader.Is(3, WireType.Length))
                group.ScopeSchemaUrl = new BodyRange(reader.Start, reader.Length);
            else if (!reader.Is(2, WireType.Length))
                continue;
            else if (reader.Length < ShortestSpan)
                TooShort++;
            else
                Spans.Add(new BodyRange(reader.Start, reader.Length));
        }

        Check(reader);
        if (Spans.Count > group.FirstSpan)
            Groups.Add(group);
    }

    private void Check(in ProtobufReader reader)
    {
        if (reader.Malformed)
            throw new MalformedRequestException($"The body is not a protobuf {(Signal == OtlpSignal.Logs ? "ExportLogsServiceRequest" : "ExportTraceServiceRequest")}, or it is truncated.");
    }

    public override void ReadResource(BodyRange range, RawSource resource)
    {
        resource.Clear();
        var reader = new ProtobufReader(Body, range.Start, range.Start + range.Length);
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                ReadAttribute(reader.Message, resource);
            else if (reader.Is(2, WireType.Varint))
                resource.DroppedAttributes = (uint)reader.Number;
        }

        resource.SourceAttributes = resource.EndRange(0);
        if (reader.Malformed)
            resource.Fail("the resource is malformed");
    }

    public override void ReadScope(BodyRange range, RawSource scope)
    {
        scope.Clear();
        var reader = new ProtobufReader(Body, range.Start, range.Start + range.Length);
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                scope.Name = scope.Keep(reader.Start, reader.Length);
            else if (reader.Is(2, WireType.Length))
                scope.Version = scope.Keep(reader.Start, reader.Length);
            else if (reader.Is(3, WireType.Length))
                ReadAttribute(reader.Message, scope);
            else if (reader.Is(4, WireType.Varint))
                scope.DroppedAttributes = (uint)reader.Number;
        }

        scope.SourceAttributes = scope.EndRange(0);
        if (reader.Malformed)
            scope.Fail("the scope is malformed");
    }

    public override bool TryReadText(BodyRange range, RawRecord owner, out Slice text)
    {
        text = owner.Keep(range.Start, range.Length);
        return true;
    }

    public override void ReadSpan(BodyRange range, RawSpan span)
    {
        span.Clear();
        // Attributes of a span need not be adjacent on the wire, so those of events and links are read after them.
        var reader = new ProtobufReader(Body, range.Start, range.Start + range.Length);
        var nested = false;
        while (reader.Next())
        {
            switch (reader.Field, reader.Wire)
            {
                case (1, WireType.Length):
                    span.SetTraceId(reader.Bytes);
                    break;
                case (2, WireType.Length):
                    span.SetSpanId(reader.Bytes);
                    break;
                case (3, WireType.Length):
                    span.TraceState = span.Keep(reader.Start, reader.Length);
                    break;
                case (4, WireType.Length):
                    span.SetParentSpanId(reader.Bytes);
                    break;
                case (5, WireType.Length):
                    span.Name = span.Keep(reader.Start, reader.Length);
                    break;
                case (6, WireType.Varint):
                    span.Kind = reader.Number;
                    break;
                case (7, WireType.Fixed64):
                    span.StartTime = reader.Number;
                    break;
                case (8, WireType.Fixed64):
                    span.EndTime = reader.Number;
                    break;
                case (9, WireType.Length):
                    ReadAttribute(reader.Message, span);
                    break;
                case (10, WireType.Varint):
                    span.DroppedAttributes = (uint)reader.Number;
                    break;
                case (11 or 13, WireType.Length):
                    nested = true;
                    break;
                case (12, WireType.Varint):
                    span.DroppedEvents = (uint)reader.Number;
                    break;
                case (14, WireType.Varint):
                    span.DroppedLinks = (uint)reader.Number;
                    break;
                case (15, WireType.Length):
                    ReadStatus(reader.Message, span);
                    break;
                case (16, WireType.Fixed32):
                    span.Flags = reader.Number;
                    break;
            }
        }

        span.SpanAttributes = span.EndRange(0);
        if (reader.Malformed)
            span.Fail("the span is malformed");
        if (nested)
            ReadEventsAndLinks(range, span);
    }

    public override void ReadLog(BodyRange range, RawSpan record)
    {
        record.Clear();
        var log = new RawEvent();
        var observed = 0UL;
        var reader = new ProtobufReader(Body, range.Start, range.Start + range.Length);
        while (reader.Next())
        {
            switch (reader.Field, reader.Wire)
            {
                case (1, WireType.Fixed64):
                    log.Time = reader.Number;
                    break;
                case (5, WireType.Length):
                    var body = new RawAttribute { Key = record.KeepOwn(GenAiEvents.Content) };
                    ReadValue(reader.Message, record, ref body);
                    record.Add(body);
                    break;
                case (6, WireType.Length):
                    ReadAttribute(reader.Message, record);
                    break;
                case (9, WireType.Length):
                    record.SetTraceId(reader.Bytes);
                    break;
                case (10, WireType.Length):
                    record.SetSpanId(reader.Bytes);
                    break;
                case (11, WireType.Fixed64):
                    observed = reader.Number;
                    break;
                case (12, WireType.Length):
                    log.Name = record.Keep(reader.Start, reader.Length);
                    break;
            }
        }

        if (reader.Malformed)
            record.Fail("the record is malformed");
        EndLog(record, log, observed);
    }

    private void ReadEventsAndLinks(BodyRange range, RawSpan span)
    {
        var reader = new ProtobufReader(Body, range.Start, range.Start + range.Length);
        while (reader.Next())
        {
            if (reader.Is(11, WireType.Length))
                ReadEvent(reader.Message, span);
            else if (reader.Is(13, WireType.Length))
                ReadLink(reader.Message, span);
        }
    }

    private static void ReadStatus(ProtobufReader reader, RawSpan span)
    {
        while (reader.Next())
        {
            if (reader.Is(2, WireType.Length))
                span.StatusMessage = span.Keep(reader.Start, reader.Length);
            else if (reader.Is(3, WireType.Varint))
                span.Status = reader.Number;
        }

        if (reader.Malformed)
            span.Fail("status is malformed");
    }

    private void ReadEvent(ProtobufReader reader, RawSpan span)
    {
        if (span.Events.Count >= span.MaxItems)
        {
            span.LeftOut++;
            return;
        }

        var spanEvent = new RawEvent();
        var first = span.AttributeCount;
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Fixed64))
                spanEvent.Time = reader.Number;
            else if (reader.Is(2, WireType.Length))
                spanEvent.Name = span.Keep(reader.Start, reader.Length);
            else if (reader.Is(3, WireType.Length))
                ReadAttribute(reader.Message, span);
            else if (reader.Is(4, WireType.Varint))
                spanEvent.DroppedAttributes = (uint)reader.Number;
        }

        if (reader.Malformed)
            span.Fail("an event is malformed");
        spanEvent.Attributes = span.EndRange(first);
        span.Events.Add(spanEvent);
    }

    private void ReadLink(ProtobufReader reader, RawSpan span)
    {
        if (span.Links.Count >= span.MaxItems)
        {
            span.LeftOut++;
            return;
        }

        var link = new RawLink();
        var first = span.AttributeCount;
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                link.TraceId = span.KeepHex(reader.Bytes);
            else if (reader.Is(2, WireType.Length))
                link.SpanId = span.KeepHex(reader.Bytes);
            else if (reader.Is(3, WireType.Length))
                link.TraceState = span.Keep(reader.Start, reader.Length);
            else if (reader.Is(4, WireType.Length))
                ReadAttribute(reader.Message, span);
            else if (reader.Is(5, WireType.Varint))
                link.DroppedAttributes = (uint)reader.Number;
        }

        if (reader.Malformed)
            span.Fail("a link is malformed");
        link.Attributes = span.EndRange(first);
        span.Links.Add(link);
    }

    private void ReadAttribute(ProtobufReader reader, RawRecord record)
    {
        var attribute = new RawAttribute();
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                attribute.Key = record.Keep(reader.Start, reader.Length);
            else if (reader.Is(2, WireType.Length))
                ReadValue(reader.Message, record, ref attribute);
        }

        if (reader.Malformed)
            record.Fail("an attribute is malformed");
        else
            record.Add(attribute);
    }

    private void ReadValue(ProtobufReader reader, RawRecord record, ref RawAttribute attribute)
    {
        attribute.Type = RawType.Empty;
        while (reader.Next())
        {
            switch (reader.Field, reader.Wire)
            {
                case (1, WireType.Length):
                    attribute.Type = RawType.String;
                    attribute.Text = record.Keep(reader.Start, reader.Length);
                    break;
                case (2, WireType.Varint):
                    attribute.Type = RawType.Bool;
                    attribute.Bits = reader.Number != 0 ? 1 : 0;
                    break;
                case (3, WireType.Varint):
                    attribute.Type = RawType.Int;
                    attribute.Bits = (long)reader.Number;
                    break;
                case (4, WireType.Fixed64):
                    attribute.Type = RawType.Double;
                    attribute.Bits = (long)reader.Number;
                    break;
                case (5 or 6, WireType.Length):
                    attribute.Type = RawType.Json;
                    attribute.Text = _nested.Write(reader.Message, isObject: reader.Field == 6, record);
                    break;
                case (7, WireType.Length):
                    attribute.Type = RawType.Bytes;
                    attribute.Text = new Slice(reader.Start, reader.Length, false);
                    break;
            }
        }

        if (reader.Malformed)
            record.Fail("an attribute is malformed");
    }
}
