using System.Buffers.Binary;

namespace TraceDashboard.Core.Ingestion.Otlp;

internal enum WireType : byte
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    Fixed32 = 5,
}

/// <summary>
/// Walks the fields of one protobuf message inside of a body; positions are those of the body. Nothing throws: what cannot be
/// read ends the walk and sets <see cref="Malformed"/>.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> body, int start, int end)
{
    private readonly ReadOnlySpan<byte> _body = body[..end];
    private int _position = start;
    private ulong _number;

    public bool Malformed { get; private set; }

    public uint Field { get; private set; }

    public WireType Wire { get; private set; }

    /// <summary>Where the content of a <see cref="WireType.Length"/> field starts.</summary>
    public int Start { get; private set; }

    /// <summary>How long the content of a <see cref="WireType.Length"/> field is.</summary>
    public int Length { get; private set; }

    /// <summary>The value of a number field.</summary>
    public readonly ulong Number => _number;

    public readonly ReadOnlySpan<byte> Bytes => _body.Slice(Start, Length);

    /// <summary>A reader of the message that the current field holds.</summary>
    public readonly ProtobufReader Message => new(_body, Start, Start + Length);

    public readonly ProtobufReader At(BodyRange range) => new(_body, range.Start, range.Start + range.Length);

    public readonly ReadOnlySpan<byte> Slice(BodyRange range) => _body.Slice(range.Start, range.Length);

    public readonly bool Is(uint field, WireType wire) => Field == field && Wire == wire;

    /// <summary>Reads the next field whole.</summary>
    public bool Next()
    {
        if (_position >= _body.Length || Malformed)
            return false;
        if (!ReadVarint(out var tag) || tag > uint.MaxValue || tag >> 3 == 0)
            return Fail();

        Field = (uint)(tag >> 3);
        Wire = (WireType)(tag & 7);
        switch (Wire)
        {
            case WireType.Varint:
                return ReadVarint(out _number) || Fail();
            case WireType.Fixed64 when _body.Length - _position >= 8:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(_body[_position..]);
                _position += 8;
                return true;
            case WireType.Fixed32 when _body.Length - _position >= 4:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(_body[_position..]);
                _position += 4;
                return true;
            case WireType.Length:
                if (!ReadVarint(out var length) || length > (ulong)(_body.Length - _position))
                    return Fail();
                Start = _position;
                Length = (int)length;
                _position += Length;
                return true;
            default:
                return Fail();
        }
    }

    private bool ReadVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && _position < _body.Length; shift += 7)
        {
            var b = _body[_position++];
            // The tenth byte holds the 64th bit alone.
            if (shift == 63 && b > 1)
                return false;
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return true;
        }

        return false;
    }

    private bool Fail()
    {
        Malformed = true;
        return false;
    }
}
