using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Reads attributes, and the values that they and the bodies of log records have.</summary>
internal sealed class JsonAttributes(IngestionOptions options)
{
    private readonly JsonNestedValue _nested = new(options);

    public void Read(ref ValidJsonReader reader, RawRecord record, int start)
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

    public void ReadValue(ref ValidJsonReader reader, RawRecord record, int start, ref RawAttribute attribute)
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

    public static bool EnterArray(ref ValidJsonReader reader, RawRecord record, string field)
    {
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        JsonValues.Refuse(ref reader, record, field, "an array");
        return false;
    }

    /// <summary>Moves to the next object of an array; other elements refuse the record.</summary>
    public static bool NextObject(ref ValidJsonReader reader, RawRecord record, string element)
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
}
