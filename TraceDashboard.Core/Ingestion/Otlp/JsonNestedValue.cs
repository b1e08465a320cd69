using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Writes <c>arrayValue</c> and <c>kvlistValue</c> as plain JSON. The reader stands on the property name of either.</summary>
internal sealed class JsonNestedValue(IngestionOptions options) : NestedValue(options)
{
    private readonly JsonBuffer _bytes = new();

    public Slice Write(ref ValidJsonReader reader, bool isObject, RawRecord record)
    {
        _ = Begin(record);
        WriteCollection(ref reader, isObject, 1);
        return End();
    }

    private void WriteCollection(ref ValidJsonReader reader, bool isObject, int depth)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            JsonValues.Refuse(ref reader, Record, isObject ? "kvlistValue" : "arrayValue", "an object");
            Target.Write("null"u8);
            return;
        }

        if (!MayOpen(depth))
        {
            reader.Skip();
            return;
        }

        var start = Target.Length;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValues = JsonStrings.ReadName(reader, Record.Temp).SequenceEqual("values"u8);
            _ = reader.Read();
            if (!isValues || reader.TokenType != JsonTokenType.StartArray)
            {
                if (isValues)
                    JsonValues.Refuse(ref reader, Record, "values", "an array");
                else
                    reader.Skip();
                continue;
            }

            Target.Truncate(start);
            if (isObject)
                WriteMembers(ref reader, depth);
            else
                WriteElements(ref reader, depth);
        }

        if (Target.Length == start)
            Target.Write(isObject ? "{}"u8 : "[]"u8);
    }

    private void WriteElements(ref ValidJsonReader reader, int depth)
    {
        Target.Write((byte)'[');
        var count = 0;
        var isFull = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            isFull = isFull || !MayAdd(count++, isObject: false);
            if (isFull)
                reader.Skip();
            else
                WriteValue(ref reader, depth);
        }

        Target.Write((byte)']');
    }

    private void WriteMembers(ref ValidJsonReader reader, int depth)
    {
        var first = OpenObject();
        var count = 0;
        var isFull = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                JsonValues.Refuse(ref reader, Record, "an element of kvlistValue", "an object");
                continue;
            }

            isFull = isFull || !MayAdd(count++, isObject: true);
            if (isFull)
                reader.Skip();
            else
                WriteMember(ref reader, depth);
        }

        CloseObject(first);
    }

    private void WriteMember(ref ValidJsonReader reader, int depth)
    {
        var start = Target.Length;
        var hash = RawRecord.HashOf(default);
        var keyLength = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonStrings.ReadName(reader, Record.Temp);
            if (name.SequenceEqual("key"u8))
            {
                _ = reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                {
                    JsonValues.Refuse(ref reader, Record, "key", "a string");
                    continue;
                }

                if (keyLength > 0)
                    continue;
                var text = JsonStrings.Read(reader, Record.Temp);
                hash = RawRecord.HashOf(text);
                keyLength = WriteKey(text, start);
            }
            else if (name.SequenceEqual("value"u8))
            {
                _ = reader.Read();
                Target.Truncate(start + keyLength);
                WriteValue(ref reader, depth);
            }
            else
            {
                reader.Skip();
            }
        }

        if (keyLength == 0)
            keyLength = WriteKey(default, start);
        if (Target.Length == start + keyLength)
            Target.Write("null"u8);
        AddMember(hash, start);
    }

    /// <summary>Writes the key before the value, wherever it came.</summary>
    private int WriteKey(ReadOnlySpan<byte> key, int start)
    {
        var end = Target.Length;
        Target.WriteString(key, MaxFieldBytes);
        Target.Write((byte)':');
        var length = Target.Length - end;
        if (end > start)
            Target.MoveTo(start, end);
        return length;
    }

    private void WriteValue(ref ValidJsonReader reader, int depth)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            JsonValues.Refuse(ref reader, Record, "the value of an attribute", "an object");
            Target.Write("null"u8);
            return;
        }

        var start = Target.Length;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var before = Target.Length;
            var name = JsonStrings.ReadName(reader, Record.Temp);
            if (name.SequenceEqual("arrayValue"u8))
                WriteCollection(ref reader, isObject: false, depth + 1);
            else if (name.SequenceEqual("kvlistValue"u8))
                WriteCollection(ref reader, isObject: true, depth + 1);
            else
                WriteScalar(ref reader, name);

            // Of the alternatives of a value the last one counts.
            if (before > start && Target.Length > before)
            {
                Target.CopyWithin(before, start, Target.Length - before);
                Target.Truncate(start + Target.Length - before);
            }
        }

        if (Target.Length == start)
            Target.Write("null"u8);
    }

    private void WriteScalar(ref ValidJsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        var attribute = new RawAttribute();
        _bytes.Clear();
        var isText = name.SequenceEqual("stringValue"u8);
        if (isText)
        {
            _ = reader.Read();
            if (reader.TokenType == JsonTokenType.String)
                Target.WriteString(JsonStrings.Read(reader, Record.Temp), MaxFieldBytes);
            else
                JsonValues.Refuse(ref reader, Record, "stringValue", "a string");
            return;
        }

        if (!JsonScalar.TryRead(ref reader, name, Record, _bytes, ref attribute))
            return;
        if (attribute.Type != RawType.Bytes)
            Record.WriteValue(attribute, Target, MaxFieldBytes);
        else if (_bytes.Length > MaxFieldBytes)
            Target.WriteString(StorableText.CutMark(MaxFieldBytes));
        else
            Target.WriteBytes(_bytes.Written);
    }
}
