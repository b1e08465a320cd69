using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion;

/// <summary>The body is longer than <see cref="IngestionOptions.MaxBodyBytes"/>, as it came or inflated.</summary>
internal sealed class BodyTooLargeException(string message) : Exception(message);

/// <summary>The bytes of a request in one piece. Room in the budget is taken as they arrive and inflate, never on a sender's word.</summary>
internal sealed class RequestBody(IngestReservation reservation, long maxBytes) : IDisposable
{
    private const int FirstSize = 64 << 10;
    private const int ShortestGzip = 18;

    private readonly int _maxBytes = (int)Math.Min(maxBytes, Array.MaxLength - 1);
    private long _taken;

    public byte[] Bytes { get; private set; } = [];

    public int Length { get; private set; }

    /// <summary>False when <c>Content-Encoding</c> is neither gzip nor nothing.</summary>
    public static bool TryGetCompression(HttpRequest request, out bool isCompressed)
    {
        var name = request.Headers.ContentEncoding.ToString();
        isCompressed = name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);
        return isCompressed || name.Length == 0 || name.Equals("identity", StringComparison.OrdinalIgnoreCase);
    }

    /// <exception cref="BodyTooLargeException" />
    /// <exception cref="UnavailableException">There is no room for it now.</exception>
    public async Task ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > _maxBytes)
            throw TooLarge("is", request.ContentLength);
        Enlarge(Math.Clamp((request.ContentLength ?? 0) + 1, FirstSize, PooledBytes.Largest));
        for (int read; (read = await request.Body.ReadAsync(Bytes.AsMemory(Length), cancellationToken)) > 0;)
        {
            Take(Length + read);
            Length += read;
            if (Length > _maxBytes)
                throw TooLarge("is", null);
            if (Length == Bytes.Length)
                Enlarge(Math.Min(Length * 2L, (request.ContentLength ?? long.MaxValue - 1) + 1));
        }
    }

    /// <summary>Takes over bytes for which room was taken as they arrived.</summary>
    /// <param name="bytes">Of the shared pool or of <see cref="GC"/>, as <see cref="Allocate(long)"/> gives them; released with the body.</param>
    /// <param name="length">How many of them are the message.</param>
    public void Adopt(byte[] bytes, int length)
    {
        PooledBytes.Return(Bytes);
        (Bytes, Length, _taken) = (bytes, length, length);
    }

    /// <summary>Replaces the bytes by what they inflate to.</summary>
    /// <exception cref="BodyTooLargeException" />
    /// <exception cref="InvalidDataException">They are not gzip, or end too early.</exception>
    public void Inflate()
    {
        var compressed = Bytes;
        var gzip = compressed.AsMemory(0, Length);
        Bytes = [];
        try
        {
            if (gzip.Length < ShortestGzip)
                throw Truncated();
            // The trailer says how long the content is. When it lies, or there are several members, the content is measured
            // without being kept: a bomb takes no room from others.
            var length = BinaryPrimitives.ReadUInt32LittleEndian(gzip.Span[^4..]);
            if (length > _maxBytes || !TryInflate(compressed, gzip.Length, (int)length))
            {
                if (!TryInflate(compressed, gzip.Length, Measure(compressed, gzip.Length)))
                    throw Truncated();
            }

            // The stream takes data that ends early for its end.
            if (!EndsInTrailer(gzip.Span))
                throw Truncated();
        }
        finally
        {
            PooledBytes.Return(compressed);
        }
    }

    private bool TryInflate(byte[] compressed, int compressedLength, int length)
    {
        PooledBytes.Return(Bytes);
        Bytes = Allocate(length + 1L);
        Length = 0;
        using var gzip = Open(compressed, compressedLength);
        for (int read; Length <= length && (read = gzip.Read(Bytes, Length, length + 1 - Length)) > 0; Length += read)
            Take(Length + read);
        return Length == length;
    }

    private int Measure(byte[] compressed, int compressedLength)
    {
        var passing = ArrayPool<byte>.Shared.Rent(FirstSize);
        try
        {
            using var gzip = Open(compressed, compressedLength);
            var length = 0;
            for (int read; (read = gzip.Read(passing, 0, passing.Length)) > 0;)
            {
                length += read;
                if (length > _maxBytes)
                    throw TooLarge("inflates to", null);
            }

            return length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(passing);
        }
    }

    private static GZipStream Open(byte[] compressed, int length) =>
        new(new MemoryStream(compressed, 0, length, writable: false), CompressionMode.Decompress);

    private static InvalidDataException Truncated() => new("the gzip data is truncated, or something follows it.");

    public void Dispose()
    {
        PooledBytes.Return(Bytes);
        Bytes = [];
    }

    private BodyTooLargeException TooLarge(string verb, long? length) =>
        new(length is null
            ? $"The body {verb} more than {_maxBytes} bytes (Ingestion:MaxBodyBytes). Send smaller batches."
            : $"The body {verb} {length} bytes, more than {_maxBytes} (Ingestion:MaxBodyBytes). Send smaller batches.");

    /// <summary>The last eight bytes of gzip are the checksum and the length of its last member.</summary>
    private bool EndsInTrailer(ReadOnlySpan<byte> compressed)
    {
        if (compressed.Length < ShortestGzip)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]);
        return length <= Length && Crc32.HashToUInt32(Bytes.AsSpan(Length - (int)length, (int)length)) == BinaryPrimitives.ReadUInt32LittleEndian(compressed[^8..]);
    }

    /// <summary>Takes room for what is held beyond what was held before.</summary>
    private void Take(long held)
    {
        if (held <= _taken)
            return;
        reservation.Grow(held - _taken);
        _taken = held;
    }

    private void Enlarge(long size)
    {
        var bytes = Allocate(size);
        Bytes.AsSpan(0, Length).CopyTo(bytes);
        PooledBytes.Return(Bytes);
        Bytes = bytes;
    }

    private byte[] Allocate(long size) => PooledBytes.Rent((int)Math.Min(size, _maxBytes + 1L));
}
