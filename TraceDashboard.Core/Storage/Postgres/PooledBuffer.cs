using System.Buffers.Binary;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>Growing memory out of the shared pool, for what goes over the network.</summary>
internal sealed class PooledBuffer(int capacity) : IDisposable
{
    private byte[] _bytes = PooledBytes.Rent(capacity);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>The memory of something that was written, from there on.</summary>
    public Span<byte> At(int position) => _bytes.AsSpan(position);

    /// <summary>The next bytes, which must all be set.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_bytes.Length - Length < size)
            Grow(size);
        var span = _bytes.AsSpan(Length, size);
        Length += size;
        return span;
    }

    /// <summary>In network byte order.</summary>
    public void Add(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(sizeof(int)), value);

    public void Add(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(sizeof(uint)), value);

    public void Dispose()
    {
        PooledBytes.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int size)
    {
        var larger = PooledBytes.Rent(Math.Max(checked(Length + size), (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
        Written.Span.CopyTo(larger);
        PooledBytes.Return(_bytes);
        _bytes = larger;
    }
}
