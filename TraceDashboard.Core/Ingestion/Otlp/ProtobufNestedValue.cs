using TraceDashboard.Core.Ingestion.Conventions;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Writes ArrayValue and KeyValueList messages as JSON.</summary>
internal sealed class ProtobufNestedValue(IngestionOptions options) : NestedValue(options)
{
    public Slice Write(ProtobufReader message, bool isObject, RawRecord record)
    {
        _ = Begin(record);
        if (isObject)
            WriteObject(message, 1);
        else
            WriteArray(message, 1);
        return End();
    }

    private void WriteArray(ProtobufReader reader, int depth)
    {
        if (!MayOpen(depth))
            return;
        Target.Write((byte)'[');
        var count = 0;
        while (reader.Next())
        {
            if (!reader.Is(1, WireType.Length))
                continue;
            if (!MayAdd(count++, isObject: false))
                break;
            WriteValue(reader.Message, depth);
        }

        Check(reader);
        Target.Write((byte)']');
    }

    private void WriteObject(ProtobufReader reader, int depth)
    {
        if (!MayOpen(depth))
            return;
        var first = OpenObject();
        var count = 0;
        while (reader.Next())
        {
            if (!reader.Is(1, WireType.Length))
                continue;
            if (!MayAdd(count++, isObject: true))
                break;
            WriteMember(reader.Message, depth);
        }

        Check(reader);
        CloseObject(first);
    }

    private void WriteMember(ProtobufReader reader, int depth)
    {
        BodyRange key = default, value = default;
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
                key = new BodyRange(reader.Start, reader.Length);
            else if (reader.Is(2, WireType.Length))
                value = new BodyRange(reader.Start, reader.Length);
        }

        Check(reader);
        var start = Target.Length;
        var text = Cleaned(reader.Slice(key));
        AddMember(RawRecord.HashOf(text), start);
        Target.WriteString(text, MaxFieldBytes);
        Target.Write((byte)':');
        WriteValue(reader.At(value), depth);
    }

    private void WriteValue(ProtobufReader reader, int depth)
    {
        var start = Target.Length;
        while (reader.Next())
        {
            // Of the alternatives of a value the last one counts.
            Target.Truncate(start);
            switch (reader.Field, reader.Wire)
            {
                case (1, WireType.Length):
                    Target.WriteString(Cleaned(reader.Bytes), MaxFieldBytes);
                    break;
                case (2, WireType.Varint):
                    Target.WriteBool(reader.Number != 0);
                    break;
                case (3, WireType.Varint):
                    Target.WriteLong((long)reader.Number);
                    break;
                case (4, WireType.Fixed64):
                    Target.WriteDouble(BitConverter.UInt64BitsToDouble(reader.Number));
                    break;
                case (5, WireType.Length):
                    WriteArray(reader.Message, depth + 1);
                    break;
                case (6, WireType.Length):
                    WriteObject(reader.Message, depth + 1);
                    break;
                case (7, WireType.Length) when reader.Length > MaxFieldBytes:
                    Target.WriteString(StorableText.CutMark(MaxFieldBytes));
                    break;
                case (7, WireType.Length):
                    Target.WriteBytes(reader.Bytes);
                    break;
            }
        }

        Check(reader);
        if (Target.Length == start)
            Target.Write("null"u8);
    }

    private ReadOnlySpan<byte> Cleaned(ReadOnlySpan<byte> text)
    {
        if (StorableText.IsClean(text))
            return text;
        Record.Temp.Clear();
        StorableText.WriteClean(text, Record.Temp, MaxFieldBytes);
        return Record.Temp.Written;
    }

    private void Check(in ProtobufReader reader)
    {
        if (reader.Malformed)
            Record.Fail("an attribute is malformed");
    }
}
