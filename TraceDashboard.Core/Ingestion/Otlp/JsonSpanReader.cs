using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Reads a span with its events and links.</summary>
internal sealed class JsonSpanReader(JsonAttributes attributes)
{
    private static readonly string[] s_kinds =
        ["SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"];

    private static readonly string[] s_statuses = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

    public void Read(byte[] body, BodyRange range, RawSpan span)
    {
        span.Clear();
        var reader = new ValidJsonReader(body.AsSpan(range.Start, range.Length));
        _ = reader.Read();
        ValidJsonReader events = default, links = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, span.Temp);
            if (name.SequenceEqual("events"u8))
                events = reader;
            else if (name.SequenceEqual("links"u8))
                links = reader;
            else
                ReadField(ref reader, name, span, range.Start);

            if (reader.TokenType == JsonTokenType.PropertyName)
                reader.Skip();
        }

        span.SpanAttributes = span.EndRange(0);
        // Those of events and links follow the span's own, so that each has its attributes in one piece.
        if (events.TokenType == JsonTokenType.PropertyName)
            ReadEvents(ref events, span, range.Start);
        if (links.TokenType == JsonTokenType.PropertyName)
            ReadLinks(ref links, span, range.Start);
    }

    private void ReadField(ref ValidJsonReader reader, scoped ReadOnlySpan<byte> name, RawSpan span, int start)
    {
        if (name.SequenceEqual("traceId"u8))
            span.SetTraceId(JsonValues.ReadId(ref reader, span, "traceId"));
        else if (name.SequenceEqual("spanId"u8))
            span.SetSpanId(JsonValues.ReadId(ref reader, span, "spanId"));
        else if (name.SequenceEqual("parentSpanId"u8))
            span.SetParentSpanId(JsonValues.ReadId(ref reader, span, "parentSpanId"));
        else if (name.SequenceEqual("name"u8))
            span.Name = JsonValues.ReadText(ref reader, span, start, "name");
        else if (name.SequenceEqual("kind"u8))
            span.Kind = JsonValues.ReadEnum(ref reader, span, "kind", s_kinds);
        else if (name.SequenceEqual("startTimeUnixNano"u8))
            span.StartTime = JsonValues.ReadUnsigned(ref reader, span, "startTimeUnixNano");
        else if (name.SequenceEqual("endTimeUnixNano"u8))
            span.EndTime = JsonValues.ReadUnsigned(ref reader, span, "endTimeUnixNano");
        else if (name.SequenceEqual("attributes"u8))
            attributes.Read(ref reader, span, start);
        else if (name.SequenceEqual("status"u8))
            ReadStatus(ref reader, span, start);
        else if (name.SequenceEqual("traceState"u8))
            span.TraceState = JsonValues.ReadText(ref reader, span, start, "traceState");
        else if (name.SequenceEqual("flags"u8))
            span.Flags = JsonValues.ReadUnsigned(ref reader, span, "flags");
        else if (name.SequenceEqual("droppedAttributesCount"u8))
            span.DroppedAttributes = JsonValues.ReadUnsigned(ref reader, span, "droppedAttributesCount");
        else if (name.SequenceEqual("droppedEventsCount"u8))
            span.DroppedEvents = JsonValues.ReadUnsigned(ref reader, span, "droppedEventsCount");
        else if (name.SequenceEqual("droppedLinksCount"u8))
            span.DroppedLinks = JsonValues.ReadUnsigned(ref reader, span, "droppedLinksCount");
        else
            reader.Skip();
    }

    private static void ReadStatus(ref ValidJsonReader reader, RawSpan span, int start)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            JsonValues.Refuse(ref reader, span, "status", "an object");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, span.Temp);
            if (name.SequenceEqual("message"u8))
                span.StatusMessage = JsonValues.ReadText(ref reader, span, start, "status.message");
            else if (name.SequenceEqual("code"u8))
                span.Status = JsonValues.ReadEnum(ref reader, span, "status.code", s_statuses);
            else
                reader.Skip();
        }
    }

    private void ReadEvents(ref ValidJsonReader reader, RawSpan span, int start)
    {
        for (var any = JsonAttributes.EnterArray(ref reader, span, "events"); any && JsonAttributes.NextObject(ref reader, span, "an event");)
        {
            if (span.Events.Count >= span.MaxItems)
            {
                span.LeftOut++;
                reader.Skip();
                continue;
            }

            var spanEvent = new RawEvent();
            var first = span.AttributeCount;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonStrings.ReadName(reader, span.Temp);
                if (name.SequenceEqual("timeUnixNano"u8))
                    spanEvent.Time = JsonValues.ReadUnsigned(ref reader, span, "timeUnixNano");
                else if (name.SequenceEqual("name"u8))
                    spanEvent.Name = JsonValues.ReadText(ref reader, span, start, "the name of an event");
                else if (name.SequenceEqual("attributes"u8))
                    attributes.Read(ref reader, span, start);
                else if (name.SequenceEqual("droppedAttributesCount"u8))
                    spanEvent.DroppedAttributes = JsonValues.ReadUnsigned(ref reader, span, "droppedAttributesCount");
                else
                    reader.Skip();
            }

            spanEvent.Attributes = span.EndRange(first);
            span.Events.Add(spanEvent);
        }
    }

    private void ReadLinks(ref ValidJsonReader reader, RawSpan span, int start)
    {
        for (var any = JsonAttributes.EnterArray(ref reader, span, "links"); any && JsonAttributes.NextObject(ref reader, span, "a link");)
        {
            if (span.Links.Count >= span.MaxItems)
            {
                span.LeftOut++;
                reader.Skip();
                continue;
            }

            var link = new RawLink();
            var first = span.AttributeCount;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonStrings.ReadName(reader, span.Temp);
                if (name.SequenceEqual("traceId"u8))
                    link.TraceId = span.KeepHex(JsonValues.ReadId(ref reader, span, "the traceId of a link"));
                else if (name.SequenceEqual("spanId"u8))
                    link.SpanId = span.KeepHex(JsonValues.ReadId(ref reader, span, "the spanId of a link"));
                else if (name.SequenceEqual("traceState"u8))
                    link.TraceState = JsonValues.ReadText(ref reader, span, start, "the traceState of a link");
                else if (name.SequenceEqual("attributes"u8))
                    attributes.Read(ref reader, span, start);
                else if (name.SequenceEqual("droppedAttributesCount"u8))
                    link.DroppedAttributes = JsonValues.ReadUnsigned(ref reader, span, "droppedAttributesCount");
                else
                    reader.Skip();
            }

            link.Attributes = span.EndRange(first);
            span.Links.Add(link);
        }
    }
}
