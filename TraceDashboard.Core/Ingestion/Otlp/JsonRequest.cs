using System.Runtime.InteropServices;
using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>OTLP/JSON: proto3 JSON with ids in hexadecimal and enums as numbers; unknown fields are passed over.</summary>
internal sealed class JsonRequest : OtlpRequest
{
    /// <summary>Two ids with their names.</summary>
    private const int ShortestSpan = 70;
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = int.MaxValue };
    private static readonly string[] s_kinds =
        ["SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"];

    private static readonly string[] s_statuses = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];
    private static readonly Names s_ofTraces = new("resourceSpans", "scopeSpans", "spans");
    private static readonly Names s_ofLogs = new("resourceLogs", "scopeLogs", "logRecords");
    private readonly JsonNestedValue _nested;
    private readonly JsonBuffer _temp = new();

    public JsonRequest(OtlpSignal signal, byte[] body, int length, IngestionOptions options)
        : base(signal, body, length, options)
    {
        _nested = new JsonNestedValue(options);
        var isMarked = body.AsSpan(0, length).StartsWith("\uFEFF"u8);
        try
        {
            Scan(isMarked ? 3 : 0);
        }
        catch (JsonException e)
        {
            throw new MalformedRequestException("The body is not valid JSON: " + e.Message, e);
        }
    }

    private Names Fields => Signal == OtlpSignal.Logs ? s_ofLogs : s_ofTraces;

    private void Scan(int start)
    {
        var reader = new Utf8JsonReader(Body.AsSpan(start, Length - start), s_options);
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new MalformedRequestException($"The body is not a JSON object with {Fields.Resources}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, _temp);
            if (System.Text.Ascii.Equals(name, Fields.Resources))
            {
                for (var any = EnterArray(ref reader, Fields.Resources); any && NextObject(ref reader, Fields.Resources);)
                    ScanResourceSpans(ref reader, start);
                continue;
            }

            if (name.SequenceEqual("resourceSpans"u8))
                OtherSignal = "traces";
            else if (name.SequenceEqual("resourceLogs"u8))
                OtherSignal = "logs";
            else if (name.SequenceEqual("resourceMetrics"u8))
                OtherSignal = "metrics";
            reader.Skip();
        }

        _ = reader.Read();
    }

    private void ScanResourceSpans(ref Utf8JsonReader reader, int start)
    {
        var firstGroup = Groups.Count;
        BodyRange resource = default, schemaUrl = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, _temp);
            if (name.SequenceEqual("resource"u8))
            {
                resource = SkipValue(ref reader, start);
            }
            else if (name.SequenceEqual("schemaUrl"u8))
            {
                schemaUrl = SkipValue(ref reader, start);
            }
            else if (System.Text.Ascii.Equals(name, Fields.Scopes) || name.SequenceEqual("instrumentationLibrarySpans"u8))
            {
                for (var any = EnterArray(ref reader, Fields.Scopes); any && NextObject(ref reader, Fields.Scopes);)
                    ScanScopeSpans(ref reader, start);
            }
            else
            {
                reader.Skip();
            }
        }

        foreach (ref var group in CollectionsMarshal.AsSpan(Groups)[firstGroup..])
            (group.Resource, group.ResourceSchemaUrl) = (resource, schemaUrl);
    }

    private void ScanScopeSpans(ref Utf8JsonReader reader, int start)
    {
        var group = new SpanGroup { FirstSpan = Spans.Count };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, _temp);
            if (name.SequenceEqual("scope"u8) || name.SequenceEqual("instrumentationLibrary"u8))
            {
                group.Scope = SkipValue(ref reader, start);
            }
            else if (name.SequenceEqual("schemaUrl"u8))
            {
                group.ScopeSchemaUrl = SkipValue(ref reader, start);
            }
            else if (!System.Text.Ascii.Equals(name, Fields.Records))
            {
                reader.Skip();
            }
            else if (EnterArray(ref reader, Fields.Records))
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    AddSpan(ref reader, start);
            }
        }

        if (Spans.Count > group.FirstSpan)
            Groups.Add(group);
    }

    private void AddSpan(ref Utf8JsonReader reader, int start)
    {
        var first = (int)reader.TokenStartIndex;
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        reader.Skip();
        var length = (int)reader.BytesConsumed - first;
        if (isObject && length >= ShortestSpan)
            Spans.Add(new BodyRange(start + first, length));
        else
            TooShort++;
    }

    /// <summary>From the property name past its value; an empty range for null.</summary>
    private static BodyRange SkipValue(ref Utf8JsonReader reader, int start)
    {
        _ = reader.Read();
        var first = (int)reader.TokenStartIndex;
        var isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return isNull ? default : new BodyRange(start + first, (int)reader.BytesConsumed - first);
    }

    private static bool EnterArray(ref Utf8JsonReader reader, string name)
    {
        _ = reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.StartArray => true,
            JsonTokenType.Null => false,
            _ => throw new MalformedRequestException($"{name} is not an array."),
        };
    }

    private static bool NextObject(ref Utf8JsonReader reader, string name)
    {
        _ = reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => true,
            JsonTokenType.EndArray => false,
            _ => throw new MalformedRequestException($"An element of {name} is not an object."),
        };
    }

    public override void ReadResource(BodyRange range, RawSource resource) => ReadSource(range, resource, "resource");

    public override void ReadScope(BodyRange range, RawSource scope) => ReadSource(range, scope, "scope");

    private void ReadSource(BodyRange range, RawSource source, string field)
    {
        source.Clear();
        if (range.Length == 0)
            return;
        var reader = new ValidJsonReader(Body.AsSpan(range.Start, range.Length));
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            source.Fail($"{field} is not an object");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, source.Temp);
            if (name.SequenceEqual("attributes"u8))
                ReadAttributes(ref reader, source, range.Start);
            else if (name.SequenceEqual("name"u8))
                source.Name = JsonValues.ReadText(ref reader, source, range.Start, "scope.name");
            else if (name.SequenceEqual("version"u8))
                source.Version = JsonValues.ReadText(ref reader, source, range.Start, "scope.version");
            else if (name.SequenceEqual("droppedAttributesCount"u8))
                source.DroppedAttributes = JsonValues.ReadUnsigned(ref reader, source, "droppedAttributesCount");
            else
                reader.Skip();
        }

        source.SourceAttributes = source.EndRange(0);
    }

    public override bool TryReadText(BodyRange range, RawRecord owner, out Slice text)
    {
        text = default;
        if (range.Length == 0)
            return true;
        var reader = new ValidJsonReader(Body.AsSpan(range.Start, range.Length));
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            return false;
        text = JsonValues.Keep(reader, owner, range.Start);
        return true;
    }

    public override void ReadSpan(BodyRange range, RawSpan span)
    {
        span.Clear();
        var reader = new ValidJsonReader(Body.AsSpan(range.Start, range.Length));
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
                ReadSpanField(ref reader, name, span, range.Start);

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

    private void ReadSpanField(ref ValidJsonReader reader, scoped ReadOnlySpan<byte> name, RawSpan span, int start)
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
            ReadAttributes(ref reader, span, start);
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

    public override void ReadLog(BodyRange range, RawSpan record)
    {
        record.Clear();
        var log = new RawEvent();
        var observed = 0UL;
        var reader = new ValidJsonReader(Body.AsSpan(range.Start, range.Length));
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, record.Temp);
            if (name.SequenceEqual("timeUnixNano"u8))
                log.Time = JsonValues.ReadUnsigned(ref reader, record, "timeUnixNano");
            else if (name.SequenceEqual("observedTimeUnixNano"u8))
                observed = JsonValues.ReadUnsigned(ref reader, record, "observedTimeUnixNano");
            else if (name.SequenceEqual("eventName"u8))
                log.Name = JsonValues.ReadText(ref reader, record, range.Start, "eventName");
            else if (name.SequenceEqual("traceId"u8))
                record.SetTraceId(JsonValues.ReadId(ref reader, record, "traceId"));
            else if (name.SequenceEqual("spanId"u8))
                record.SetSpanId(JsonValues.ReadId(ref reader, record, "spanId"));
            else if (name.SequenceEqual("attributes"u8))
                ReadAttributes(ref reader, record, range.Start);
            else if (name.SequenceEqual("body"u8))
                ReadBody(ref reader, record, range.Start);
            else
                reader.Skip();
        }

        EndLog(record, log, observed);
    }

    private void ReadBody(ref ValidJsonReader reader, RawSpan record, int start)
    {
        var body = new RawAttribute { Key = record.KeepOwn(GenAiEvents.Content) };
        ReadValue(ref reader, record, start, ref body);
        record.Add(body);
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
        for (var any = EnterArray(ref reader, span, "events"); any && NextObject(ref reader, span, "an event");)
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
                    ReadAttributes(ref reader, span, start);
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
        for (var any = EnterArray(ref reader, span, "links"); any && NextObject(ref reader, span, "a link");)
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
                    ReadAttributes(ref reader, span, start);
                else if (name.SequenceEqual("droppedAttributesCount"u8))
                    link.DroppedAttributes = JsonValues.ReadUnsigned(ref reader, span, "droppedAttributesCount");
                else
                    reader.Skip();
            }

            link.Attributes = span.EndRange(first);
            span.Links.Add(link);
        }
    }

    private void ReadAttributes(ref ValidJsonReader reader, RawRecord record, int start)
    {
        for (var any = EnterArray(ref reader, record, "attributes"); any && NextObject(ref reader, record, "an attribute");)
        {
            var attribute = new RawAttribute();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonStrings.ReadName(reader, record.Temp);
                if (name.SequenceEqual("key"u8))
                    attribute.Key = JsonValues.ReadText(ref reader, record, start, "the key of an attribute");
                else if (name.SequenceEqual("value"u8))
                    ReadValue(ref reader, record, start, ref attribute);
                else
                    reader.Skip();
            }

            record.Add(attribute);
        }
    }

    private void ReadValue(ref ValidJsonReader reader, RawRecord record, int start, ref RawAttribute attribute)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            JsonValues.Refuse(ref reader, record, "the value of an attribute", "an object");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, record.Temp);
            if (name.SequenceEqual("stringValue"u8))
            {
                attribute.Text = JsonValues.ReadText(ref reader, record, start, "stringValue");
                if (reader.TokenType == JsonTokenType.String)
                    attribute.Type = RawType.String;
            }
            else if (name.SequenceEqual("arrayValue"u8) || name.SequenceEqual("kvlistValue"u8))
            {
                attribute.Text = _nested.Write(ref reader, name[0] == 'k', record);
                attribute.Type = RawType.Json;
            }
            else
            {
                var first = record.Own.Length;
                if (JsonScalar.TryRead(ref reader, name, record, record.Own, ref attribute))
                    attribute.Text = new Slice(first, record.Own.Length - first, true);
            }
        }
    }

    private static bool EnterArray(ref ValidJsonReader reader, RawRecord record, string field)
    {
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        JsonValues.Refuse(ref reader, record, field, "an array");
        return false;
    }

    /// <summary>Moves to the next object of an array; other elements refuse the record.</summary>
    private static bool NextObject(ref ValidJsonReader reader, RawRecord record, string element)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                return true;
            record.Fail($"{element} is not an object");
            reader.Skip();
        }

        return false;
    }

    /// <summary>What the parts of an envelope are called.</summary>
    private sealed record Names(string Resources, string Scopes, string Records);
}
