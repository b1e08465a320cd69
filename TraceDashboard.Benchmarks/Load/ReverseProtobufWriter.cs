using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace TraceDashboard.Benchmarks.Load;

/// <summary>
/// Writes protobuf from the last byte to the first, so that the length of a nested message is known when its prefix is written.
/// Fields come out in the opposite order of the calls. Not thread-safe; reused from message to message.
/// </summary>
internal sealed class ReverseProtobufWriter
{
    private byte[] _buffer = new byte[2 << 20];
    private int _start;

    public ReverseProtobufWriter() => _start = _buffer.Length;

    /// <summary>Bytes written so far; taken before a nested message is written and given to <see cref="EndMessage"/>.</summary>
    public int Length => _buffer.Length - _start;

    public ArraySegment<byte> Written => new(_buffer, _start, Length);

    public void Clear() => _start = _buffer.Length;

    /// <summary>Puts tag and length before what was written since <paramref name="lengthBefore"/>.</summary>
    public void EndMessage(int field, int lengthBefore)
    {
        Varint((ulong)(Length - lengthBefore));
        Tag(field, 2);
    }

    public void String(int field, string value)
    {
        var before = Length;
        var bytes = Encoding.UTF8.GetByteCount(value);
        Encoding.UTF8.GetBytes(value, Take(bytes));
        EndMessage(field, before);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        var before = Length;
        value.CopyTo(Take(value.Length));
        EndMessage(field, before);
    }

    public void Int64(int field, long value)
    {
        Varint((ulong)value);
        Tag(field, 0);
    }

    public void Fixed64(int field, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
        Tag(field, 1);
    }

    public void Double(int field, double value) => Fixed64(field, BitConverter.DoubleToInt64Bits(value));

    private void Tag(int field, int wireType) => Varint(((ulong)field << 3) | (uint)wireType);

    private void Varint(ulong value)
    {
        var groups = Math.Max(1, (64 - BitOperations.LeadingZeroCount(value) + 6) / 7);
        var target = Take(groups);
        for (var i = 0; i < groups; i++)
        {
            target[i] = (byte)((value & 0x7f) | (i == groups - 1 ? 0u : 0x80u));
            value >>= 7;
        }
    }

    private Span<byte> Take(int count)
    {
        if (_start < count)
        {
            var larger = new byte[Math.Max(_buffer.Length * 2, Length + count)];
            _buffer.AsSpan(_start).CopyTo(larger.AsSpan(larger.Length - Length));
            _start = larger.Length - Length;
            _buffer = larger;
        }

        _start -= count;
        return _buffer.AsSpan(_start, count);
    }
}
