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
    private static readonly Names s_ofTraces = new("resourceSpans", "scopeSpans", "spans");
    private static readonly Names s_ofLogs = new("resourceLogs", "scopeLogs", "logRecords");
    private readonly JsonAttributes _attributes;
    private readonly JsonSpanReader _spans;
    private readonly JsonLogReader _logs;
    private readonly JsonBuffer _temp = new();

    public JsonRequest(OtlpSignal signal, byte[] body, int length, IngestionOptions options)
        : base(signal, body, length, options)
    {
        _attributes = new JsonAttributes(options);
        _spans = new JsonSpanReader(_attributes);
        _logs = new JsonLogReader(_attributes);
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

    public override void ReadSpan(BodyRange range, RawSpan span) => _spans.Read(Body, range, span);

    public override void ReadLog(BodyRange range, RawSpan record) => _logs.Read(Body, range, record);

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
                _attributes.Read(ref reader, source, range.Start);
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

    /// <summary>What the parts of an envelope are called.</summary>
    private sealed record Names(string Resources, string Scopes, string Records);
}
