using System.Buffers.Binary;
using System.Text;

namespace TraceDashboard.Benchmarks.Reference;

/// <summary>A span as a generated protobuf class would hold it: .NET strings and boxed values.</summary>
internal sealed record ReferenceSpan
{
    public byte[] TraceId { get; set; } = [];

    public byte[] SpanId { get; set; } = [];

    public byte[]? ParentSpanId { get; set; }

    public string Name { get; set; } = "";

    public ulong Start { get; set; }

    public ulong End { get; set; }

    public List<(string Key, object? Value)> Attributes { get; } = [];
}

/// <summary>
/// The yardstick for decoding: reads the spans of an OTLP body into plain objects and understands nothing of them.
/// Frozen: making it faster or slower makes every earlier figure worthless.
/// </summary>
internal static class ReferenceParser
{
    public static List<ReferenceSpan> Parse(ReadOnlySpan<byte> body)
    {
        var spans = new List<ReferenceSpan>();
        while (Next(ref body, out var field, out var resource, out _))
        {
            while (field == 1 && Next(ref resource, out var inner, out var scope, out _))
            {
                while (inner == 2 && Next(ref scope, out var innermost, out var span, out _))
                {
                    if (innermost == 2)
                        spans.Add(Span(span));
                }
            }
        }

        return spans;
    }

    private static ReferenceSpan Span(ReadOnlySpan<byte> message)
    {
        var span = new ReferenceSpan();
        while (Next(ref message, out var field, out var bytes, out var number))
        {
            switch (field)
            {
                case 1:
                    span.TraceId = bytes.ToArray();
                    break;
                case 2:
                    span.SpanId = bytes.ToArray();
                    break;
                case 4:
                    span.ParentSpanId = bytes.ToArray();
                    break;
                case 5:
                    span.Name = Encoding.UTF8.GetString(bytes);
                    break;
                case 7:
                    span.Start = number;
                    break;
                case 8:
                    span.End = number;
                    break;
                case 9:
                    span.Attributes.Add(Attribute(bytes));
                    break;
            }
        }

        return span;
    }

    private static (string Key, object? Value) Attribute(ReadOnlySpan<byte> message)
    {
        var (key, value) = ("", (object?)null);
        while (Next(ref message, out var field, out var bytes, out _))
        {
            if (field == 1)
                key = Encoding.UTF8.GetString(bytes);
            while (field == 2 && Next(ref bytes, out var kind, out var text, out var number))
                value = kind switch { 1 => Encoding.UTF8.GetString(text), 3 => (long)number, 4 => BitConverter.UInt64BitsToDouble(number), _ => null };
        }

        return (key, value);
    }

    /// <summary>The next field of a message: a number, or the bytes of a text or message.</summary>
    private static bool Next(ref ReadOnlySpan<byte> message, out uint field, out ReadOnlySpan<byte> bytes, out ulong number)
    {
        field = 0;
        bytes = default;
        number = 0;
        if (message.IsEmpty)
            return false;
        var tag = Varint(ref message);
        field = (uint)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                number = Varint(ref message);
                break;
            case 1:
                number = BinaryPrimitives.ReadUInt64LittleEndian(message);
                message = message[8..];
                break;
            default:
                var length = (int)Varint(ref message);
                bytes = message[..length];
                message = message[length..];
                break;
        }

        return true;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var i = 0; ; i++)
        {
            value |= (message[i] & 0x7fUL) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return value;
            }
        }
    }
}
