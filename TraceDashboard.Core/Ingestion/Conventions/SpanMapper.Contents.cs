using System.Text.Json;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

internal sealed partial class SpanMapper
{
    private readonly IndexedAttributes _indexed = new();

    /// <summary>Whether a dialect has contents in attributes of this name.</summary>
    public static bool HoldsContent(ReadOnlySpan<byte> key)
    {
        var hash = RawRecord.HashOf(key);
        for (var slot = (int)hash; s_spanSources.Next(hash, ref slot) is { } source;)
        {
            if (IsContent(source.Field))
                return true;
        }

        return s_spanSources.Beginning(key) is { } beginning && IsContent(beginning.Field);
    }

    private static bool IsContent(Field field) =>
        field is Field.SystemInstructions or Field.Input or Field.ToolArguments or Field.Output or Field.ToolResult or Field.AnswerText or Field.AnswerReasoning
            or Field.AnswerToolCalls or Field.AnswerFiles or Field.EventList or Field.TraceInput or Field.TraceOutput or Field.AdkResponse or Field.GenkitOutput or Field.VectorQuery;

    private void MapInput(RawSpan span, SpanUpdate update, SpanKind kind)
    {
        InputFrom = null;
        if (_found.Rank(Field.Input) > LangfuseConvention.Content && IsRoot(update) && Take(span, Field.TraceInput) is { } ofTrace)
        {
            (update.Input, InputFrom) = ofTrace;
            return;
        }

        if (kind == SpanKind.Tool && _found.Rank(Field.Input) > LangfuseConvention.Content && Take(span, Field.ToolArguments) is { } arguments)
        {
            (update.Input, InputFrom) = arguments;
            return;
        }

        if (_found.Rank(Field.Input) > GenAiConvention.MessageEvents && !_found.Has(Field.SystemInstructions))
        {
            _json.Clear();
            if (GenAiEvents.TryMoveMessages(span, _json, isOutput: false, options.MaxFieldBytes))
            {
                update.Input = _json.ToArray();
                InputFrom = "events:gen_ai.*.message";
                return;
            }
        }

        if (TryWriteWithSystem())
            update.Input = StorableText.Clean(_json.Written, options.MaxFieldBytes);
        else if ((Take(span, Field.Input) ?? Take(span, Field.ToolArguments)) is { } input)
            (update.Input, InputFrom) = input;
    }

    private void MapOutput(RawSpan span, SpanUpdate update, SpanKind kind)
    {
        OutputFrom = null;
        if (_found.Rank(Field.Output) > LangfuseConvention.Content && IsRoot(update) && Take(span, Field.TraceOutput) is { } ofTrace)
        {
            (update.Output, OutputFrom) = ofTrace;
            return;
        }

        if (kind == SpanKind.Tool && _found.Rank(Field.Output) > LangfuseConvention.Content && Take(span, Field.ToolResult) is { } result)
        {
            (update.Output, OutputFrom) = result;
            return;
        }

        if (_found.Rank(Field.Output) > GenAiConvention.MessageEvents)
        {
            _json.Clear();
            if (GenAiEvents.TryMoveMessages(span, _json, isOutput: true, options.MaxFieldBytes))
            {
                update.Output = _json.ToArray();
                OutputFrom = "events:gen_ai.choice";
                return;
            }
        }

        if (_found.Rank(Field.Output) > VercelConvention.Answer && TryTakeAnswer(span, update))
            return;
        if ((Take(span, Field.Output) ?? Take(span, Field.ToolResult)) is { } output)
            (update.Output, OutputFrom) = output;
        else
            MapFoundBySearch(span, update, kind);
    }

    /// <summary>Answers that lie among other things: replies in a list of events, documents in events of their own.</summary>
    private void MapFoundBySearch(RawSpan span, SpanUpdate update, SpanKind kind)
    {
        _json.Clear();
        if (_found.Has(Field.EventList) && LogfireConvention.TryWriteReplies(_found.Json(Field.EventList), _json))
            OutputFrom = PlaceOf(Field.EventList);
        else if (kind == SpanKind.Retriever && GenAiEvents.TryMoveDocuments(span, _json, options.MaxFieldBytes))
            OutputFrom = "events:db.query.result";
        else
            return;
        update.Output = StorableText.Clean(_json.Written, options.MaxFieldBytes);
    }

    /// <summary>Text alone stays text; with reasoning, calls of tools or files it becomes a message.</summary>
    private bool TryTakeAnswer(RawSpan span, SpanUpdate update)
    {
        ReadOnlySpan<Field> pieces = [Field.AnswerReasoning, Field.AnswerText, Field.AnswerToolCalls, Field.AnswerFiles];
        ReadOnlySpan<string> members = ["reasoning", "content", "tool_calls", "files"];
        var count = 0;
        foreach (var piece in pieces)
            count += _found.Has(piece) ? 1 : 0;
        if (count == 0)
            return false;
        if (count == 1 && _found.Has(Field.AnswerText) && Take(span, Field.AnswerText) is { } text)
        {
            (update.Output, OutputFrom) = text;
            return true;
        }

        _json.Clear();
        _json.Write("{\"role\":\"assistant\""u8);
        for (var i = 0; i < pieces.Length; i++)
        {
            if (!_found.TryGet(pieces[i], out var record, out var index))
                continue;
            ref var attribute = ref record.Attribute(index);
            _json.Write((byte)',');
            _json.WriteString(members[i]);
            _json.Write((byte)':');
            var value = attribute.Type == RawType.String ? record[attribute.Text] : default;
            if (pieces[i] is Field.AnswerToolCalls or Field.AnswerFiles && GenAiEvents.IsJson(value))
                _json.Write(value);
            else
                record.WriteValue(attribute, _json, options.MaxFieldBytes);
            OutputFrom = OutputFrom is null ? PlaceOf(pieces[i]) : OutputFrom + "+" + PlaceOf(pieces[i]);
            attribute.Hidden = true;
        }

        _json.Write((byte)'}');
        update.Output = StorableText.Clean(_json.Written, options.MaxFieldBytes);
        return true;
    }

    /// <summary>System instructions become the first message, so that a conversation is one list.</summary>
    private bool TryWriteWithSystem()
    {
        if (!_found.TryGet(Field.SystemInstructions, out var record, out var index))
            return false;
        var messages = ReadOnlySpan<byte>.Empty;
        if (_found.Has(Field.Input))
        {
            if (_found.Rank(Field.Input) > GenAiConvention.Messages + 1 || !TryGetArray(Field.Input, out messages))
                return false;
        }

        var system = record[record.Attribute(index).Text];
        _json.Clear();
        _json.Write("[{\"role\":\"system\","u8);
        if (GenAiEvents.IsJson(system) && system[0] == '[')
        {
            _json.WriteKey("parts"u8);
            _json.Write(system);
        }
        else
        {
            _json.WriteKey("content"u8);
            record.WriteValue(record.Attribute(index), _json, options.MaxFieldBytes);
        }

        _json.Write((byte)'}');
        var rest = messages.IsEmpty ? "]"u8 : messages[1..].TrimStart(" \t\r\n"u8);
        if (rest[0] != ']')
            _json.Write((byte)',');
        _json.Write(rest);
        record.Attribute(index).Hidden = true;
        InputFrom = PlaceOf(Field.SystemInstructions);
        if (_found.TryGet(Field.Input, out var inputRecord, out var inputIndex))
        {
            inputRecord.Attribute(inputIndex).Hidden = true;
            InputFrom += "+" + PlaceOf(Field.Input);
        }

        return true;
    }

    private bool TryGetArray(Field field, out ReadOnlySpan<byte> json)
    {
        json = default;
        if (!_found.TryGet(field, out var record, out var index) || record.Attribute(index).Type is not (RawType.String or RawType.Json))
            return false;
        json = record[record.Attribute(index).Text].TrimStart(" \t\r\n"u8);
        return json.StartsWith("["u8) && GenAiEvents.IsJson(json);
    }

    /// <summary>The content that a field has, taken off the attributes.</summary>
    private (byte[] Content, string From)? Take(RawSpan span, Field field)
    {
        if (!_found.TryGet(field, out var record, out var index))
            return null;
        if (_found.SourceOf(field) is { Form: SourceForm.Indexed } source)
        {
            _json.Clear();
            _indexed.Move(span, span.SpanAttributes, source, _json, options.MaxFieldBytes);
            return (_json.ToArray(), source.Key + "*");
        }

        ref var attribute = ref record.Attribute(index);
        attribute.Hidden = true;
        if (_found.SourceOf(field) is { Form: SourceForm.JsonText } && Unquoted(record[attribute.Text]) is { } unquoted)
            return (unquoted, PlaceOf(field));
        if (attribute.Type is RawType.String or RawType.Json)
            return (StorableText.Clean(record[attribute.Text], options.MaxFieldBytes), PlaceOf(field));
        _json.Clear();
        record.WriteValue(attribute, _json, options.MaxFieldBytes);
        return (_json.ToArray(), PlaceOf(field));
    }

    /// <summary>The text of a JSON string; null when it is none.</summary>
    private byte[]? Unquoted(ReadOnlySpan<byte> json)
    {
        if (!json.StartsWith("\""u8))
            return null;
        try
        {
            return JsonSerializer.Deserialize<string>(json) is { } text ? StorableText.ToUtf8(text, options.MaxFieldBytes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string PlaceOf(Field field)
    {
        var key = TextCache.Get(_found.Key(field), 200);
        return (_found.Rank(field), field) switch
        {
            (GenAiConvention.Messages + 1, _) => "event:" + key,
            (30, Field.Input or Field.Output) => "event:" + key,
            _ => key,
        };
    }
}
