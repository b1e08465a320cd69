using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>
/// Reads the values that proto3 JSON allows for a field, from the property name on. A value of another type refuses the record
/// and names the field; null stands for an absent one. The text has been found to be JSON before.
/// </summary>
internal static class JsonValues
{
    public static Slice ReadText(ref ValidJsonReader reader, RawRecord record, int bodyStart, string field)
    {
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return Keep(reader, record, bodyStart);
        Refuse(ref reader, record, field, "a string");
        return default;
    }

    /// <summary>The text of the current string token.</summary>
    public static Slice Keep(in ValidJsonReader reader, RawRecord record, int bodyStart)
    {
        if (!reader.ValueIsEscaped)
            return record.Keep(bodyStart + reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        var start = record.Own.Length;
        JsonUnescape.Write(reader.ValueSpan, record.Own);
        return new Slice(start, record.Own.Length - start, true);
    }

    /// <summary>An id as hexadecimal digits of either case; empty when it is missing or not readable.</summary>
    public static ReadOnlySpan<byte> ReadId(ref ValidJsonReader reader, RawRecord record, string field)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            Refuse(ref reader, record, field, "a string of hexadecimal digits");
            return default;
        }

        var text = JsonStrings.Read(reader, record.Temp);
        var id = new byte[Math.Min(text.Length, 64) / 2];
        if (text.Length <= 64 && Convert.FromHexString(text, id, out _, out var written) == OperationStatus.Done)
            return id.AsSpan(0, written);
        record.Fail($"{field} is not hexadecimal (OTLP/JSON writes ids in hexadecimal, not in base64)");
        return default;
    }

    /// <summary>A whole number that is not negative, as a JSON number or a decimal string.</summary>
    public static ulong ReadUnsigned(ref ValidJsonReader reader, RawRecord record, string field)
    {
        _ = reader.Read();
        var isNumber = reader.TokenType is JsonTokenType.Number or JsonTokenType.String;
        if (isNumber && Utf8Parser.TryParse(reader.ValueSpan, out ulong value, out var used) && used == reader.ValueSpan.Length)
            return value;
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == 0)
            return 0;
        Refuse(ref reader, record, field, "a whole number from 0 to 18446744073709551615");
        return 0;
    }

    /// <summary>An enum as a number, or by name as old clients send it.</summary>
    public static ulong ReadEnum(ref ValidJsonReader reader, RawRecord record, string field, ReadOnlySpan<string> names)
    {
        _ = reader.Read();
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            var text = JsonStrings.Read(reader, record.Temp);
            if (Utf8Parser.TryParse(text, out uint number, out var used) && used == text.Length)
                return number;
            for (var i = 0; i < names.Length; i++)
            {
                if (System.Text.Ascii.Equals(text, names[i]))
                    return (ulong)i;
            }
        }

        Refuse(ref reader, record, field, "a number");
        return 0;
    }

    public static bool TryReadLong(in ValidJsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType is JsonTokenType.Number or JsonTokenType.String
            && Utf8Parser.TryParse(reader.ValueSpan, out value, out var used) && used == reader.ValueSpan.Length;
    }

    public static bool TryReadDouble(in ValidJsonReader reader, out double value)
    {
        value = 0;
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
            return false;
        if (double.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return true;
        return reader.TokenType == JsonTokenType.String && TryReadName(reader.ValueSpan, out value);
    }

    /// <summary>Base64 in either alphabet, with or without padding.</summary>
    public static bool TryReadBytes(in ValidJsonReader reader, RawRecord record, JsonBuffer target)
    {
        if (reader.TokenType != JsonTokenType.String)
            return false;
        var text = JsonStrings.Read(reader, record.Temp);
        var decoded = target.GetSpan(Base64.GetMaxDecodedFromUtf8Length(text.Length) + 3);
        var status = text.ContainsAny((byte)'+', (byte)'/')
            ? Base64.DecodeFromUtf8(text, decoded, out _, out var written)
            : Base64Url.DecodeFromUtf8(text, decoded, out _, out written);
        if (status != OperationStatus.Done)
            return false;
        target.Advance(written);
        return true;
    }

    public static void Refuse(ref ValidJsonReader reader, RawRecord record, string field, string expected)
    {
        if (reader.TokenType != JsonTokenType.Null)
            record.Fail($"{field} is not {expected}");
        reader.Skip();
    }

    private static bool TryReadName(ReadOnlySpan<byte> text, out double value)
    {
        value = text.SequenceEqual("NaN"u8) ? double.NaN
            : text.SequenceEqual("Infinity"u8) ? double.PositiveInfinity
            : text.SequenceEqual("-Infinity"u8) ? double.NegativeInfinity
            : 0;
        return value != 0;
    }
}
