using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Core.Ingestion.Conventions;

internal sealed partial class SpanMapper
{
    private readonly HashSet<ulong> _names = [];

    /// <summary>What the span says of its trace; null when that is nothing.</summary>
    public TraceUpdate? MapTrace(RawSpan raw, SpanUpdate span)
    {
        var isRoot = IsRoot(span);
        if (!isRoot && !SaysMoreThanSpan())
            return null;

        var trace = new TraceUpdate { ProjectId = span.ProjectId, TraceId = span.TraceId, Version = span.Version, OfSpans = true };
        if (isRoot)
        {
            if (span.Name is not null)
                trace.Name = span.Name;
            if (span.StartTime is not null)
                trace.Timestamp = span.StartTime;
            if (Preview.OfInput(span.Input) is { } input)
                trace.InputPreview = input;
            if (Preview.OfOutput(span.Output) is { } output)
                trace.OutputPreview = output;
        }

        if (Id(Field.UserId) is { } user)
            trace.UserId = user;
        if (Id(Field.SessionId) is { } session)
            trace.SessionId = session;
        if (Environment() is { } environment)
            trace.Environment = environment;
        if (Short(Field.Release) is { } release)
            trace.Release = release;
        if (Short(Field.AppVersion) is { } version)
            trace.AppVersion = version;
        if (Tags() is { Length: > 0 } tags)
            trace.Tags = tags;
        var whole = WholeMetadata();
        var isOfSpan = _found.Has(Field.OpenInferenceKind) && _found.SourceOf(Field.Metadata)?.Key == GeneralConvention.Metadata;
        if (Metadata(raw, isRoot || !isOfSpan ? whole : default) is { } metadata)
            trace.Metadata = metadata;

        // OpenInference's is what the span says of itself. Where all say the same it is meant of the trace; where the root says nothing it is not.
        if (isOfSpan || (isRoot && _found.Has(Field.OpenInferenceKind)))
            trace.SharedMetadata = isOfSpan && !whole.IsEmpty ? whole.ToArray() : "{}"u8.ToArray();
        MapExplicit(trace);
        return trace.Fields == 0 ? null : trace;
    }

    /// <summary>Adds what evaluators said of the span.</summary>
    public void MapScores(RawSpan raw, SpanUpdate span, List<Score> scores)
    {
        GenAiEvaluations.Read(raw, span, Environment(), options, scores);
        if (OpenInferenceEvaluations.AreIn(raw))
            OpenInferenceEvaluations.Read(raw, span, Id(Field.SessionId), Environment(), options, scores);
    }

    private string? Environment() =>
        Short(Field.Environment) is not { } environment ? null
        : _found.SourceOf(Field.Environment)!.Key == LangfuseConvention.Environment ? LangfuseEnvironment.Normalise(environment)
        : environment.ToLowerInvariant();

    private bool IsRoot(SpanUpdate span) => span.ParentSpanId is null || _found.Flag(Field.AsRoot) == true;

    private bool SaysMoreThanSpan() =>
        _found.Has(Field.UserId) || _found.Has(Field.SessionId) || _found.Has(Field.Environment) || _found.Has(Field.Release)
        || _found.Has(Field.AppVersion) || _found.Has(Field.Tags) || _found.Has(Field.Metadata) || _found.Has(Field.MetadataKeys)
        || _found.Has(Field.IsPublic) || _found.Has(Field.TraceName) || _found.Has(Field.TraceInput) || _found.Has(Field.TraceOutput);

    /// <summary>Name, input and output that are said of the trace itself, perhaps by a span that ends long before the root does.</summary>
    private void MapExplicit(TraceUpdate trace)
    {
        if (Short(Field.TraceName) is { } name)
        {
            trace.Name = name;
            Raise(TraceField.Name);
        }

        if (Preview.OfInput(_found.Json(Field.TraceInput)) is { } input)
        {
            trace.Input = StorableText.Clean(_found.Json(Field.TraceInput), options.MaxFieldBytes);
            trace.InputPreview = input;
            Raise(TraceField.Input);
            Raise(TraceField.InputPreview);
        }

        if (Preview.OfOutput(_found.Json(Field.TraceOutput)) is { } output)
        {
            trace.Output = StorableText.Clean(_found.Json(Field.TraceOutput), options.MaxFieldBytes);
            trace.OutputPreview = output;
            Raise(TraceField.Output);
            Raise(TraceField.OutputPreview);
        }

        if (_found.Flag(Field.IsPublic) is { } isPublic)
        {
            trace.IsPublic = isPublic;
            Raise(TraceField.IsPublic);
        }

        void Raise(TraceField field) =>
            (trace.FieldVersions ??= [])[(byte)field] = trace.Version with { Class = LangfuseConvention.ExplicitClass };
    }

    /// <summary>An array, a string that holds one, or a comma-separated list.</summary>
    private string[]? Tags()
    {
        if (!_found.Has(Field.Tags))
            return null;
        var text = _found.Utf8(Field.Tags) is { IsEmpty: false } unquoted ? unquoted : _found.Json(Field.Tags);
        if (!text.StartsWith("["u8))
            return StorableText.Shorten(text, 10_000).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!GenAiEvents.IsJson(text))
            return null;
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(text));
        var tags = new List<string>();
        foreach (var element in document.RootElement.EnumerateArray())
        {
            var tag = element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
            if (!string.IsNullOrWhiteSpace(tag) && tags.Count < 100)
                tags.Add(StorableText.Shorten(tag, options.MaxNameLength));
        }

        return [.. tags];
    }

    /// <summary>Empty when there is none, or when it is no object.</summary>
    private ReadOnlySpan<byte> WholeMetadata()
    {
        var whole = _found.Json(Field.Metadata).Trim(" \t\r\n"u8);
        return whole.StartsWith("{"u8) && whole.Length <= options.MaxFieldBytes && GenAiEvents.IsJson(whole) ? whole : default;
    }

    /// <summary>One object, and one attribute for each further key.</summary>
    private byte[]? Metadata(RawSpan span, ReadOnlySpan<byte> whole)
    {
        if (!_found.Has(Field.MetadataKeys))
            return Mergeable(whole);

        _names.Clear();
        _json.Clear();
        _json.Write((byte)'{');
        if (!whole.IsEmpty)
        {
            AddNames(whole);
            _json.Write(whole[1..^1].Trim(" \t\r\n"u8));
        }

        foreach (ref readonly var attribute in span.Attributes(span.SpanAttributes))
        {
            var key = span[attribute.Key];
            if (attribute.Hidden || s_spanSources.Beginning(key) is not { Field: Field.MetadataKeys } source || IsWhole(attribute.KeyHash))
                continue;
            var name = key[source.Utf8.Length..];
            if (_json.Length > options.MaxFieldBytes || !_names.Add(RawRecord.HashOf(name)))
                continue;
            if (_json.Length > 1)
                _json.Write((byte)',');
            _json.WriteString(name, options.MaxNameLength);
            _json.Write((byte)':');
            var text = attribute.Type == RawType.String ? span[attribute.Text] : default;
            if (GenAiEvents.IsJson(text))
                _json.Write(text);
            else
                span.WriteValue(attribute, _json, options.MaxFieldBytes);
        }

        _json.Write((byte)'}');
        return Mergeable(_json.Written);
    }

    /// <summary>Each key is merged on its own, and can be filtered by: very many would take many times their bytes.</summary>
    private byte[]? Mergeable(ReadOnlySpan<byte> json) => json.IsEmpty || JsonContent.HasMoreMembers(json, options.MaxSpanItems) ? null : json.ToArray();

    /// <summary>Keys that have a meaning of their own, like a session's id among the metadata, are no metadata.</summary>
    private static bool IsWhole(ulong keyHash)
    {
        var slot = (int)keyHash;
        return s_spanSources.Next(keyHash, ref slot) is not null;
    }

    private void AddNames(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                _names.Add(RawRecord.HashOf(reader.ValueSpan));
        }
    }
}
