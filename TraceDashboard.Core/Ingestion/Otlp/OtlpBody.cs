using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Microsoft.AspNetCore.Http;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>The body is longer than <see cref="IngestionOptions.MaxBodyBytes"/>, as it came or inflated.</summary>
internal sealed class BodyTooLargeException(string message) : Exception(message);

/// <summary>The bytes of a request in one piece. Room in the budget is taken as they arrive and inflate, never on a sender's word.</summary>
internal sealed class OtlpBody(IngestReservation reservation, long maxBytes) : IDisposable
{
    /// <summary>Larger arrays are left to the collector, so that rare large bodies do not stay in the pool for good.</summary>
    private const int LargestPooled = 4 << 20;
    private const int FirstSize = 64 << 10;
    private const int ShortestGzip = 18;

    private readonly int _maxBytes = (int)Math.Min(maxBytes, Array.MaxLength - 1);

    public byte[] Bytes { get; private set; } = [];

    public int Length { get; private set; }

    /// <exception cref="BodyTooLargeException" />
    /// <exception cref="IngestionUnavailableException">There is no room for it now.</exception>
    public async Task ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > _maxBytes)
            throw TooLarge("is", request.ContentLength);
        Reserve((int)Math.Clamp((request.ContentLength ?? 0) + 1, FirstSize, LargestPooled));
        for (int read; (read = await request.Body.ReadAsync(Bytes.AsMemory(Length), cancellationToken)) > 0;)
        {
            reservation.Grow(read);
            Length += read;
            if (Length > _maxBytes)
                throw TooLarge("is", null);
            if (Length == Bytes.Length)
                Reserve(Length * 2L);
        }
    }

    /// <summary>Replaces the bytes by what they inflate to, and stops at the limit.</summary>
    /// <exception cref="BodyTooLargeException" />
    /// <exception cref="InvalidDataException">They are not gzip, or end too early.</exception>
    public void Inflate()
    {
        var compressed = Bytes;
        using var source = new MemoryStream(compressed, 0, Length, writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        var compressedLength = Length;
        Bytes = [];
        Length = 0;
        try
        {
            Reserve(Math.Clamp(compressedLength * 4L, FirstSize, LargestPooled));
            for (int read; (read = gzip.Read(Bytes, Length, Bytes.Length - Length)) > 0;)
            {
                reservation.Grow(read);
                Length += read;
                if (Length > _maxBytes)
                    throw TooLarge("inflates to", null);
                if (Length == Bytes.Length)
                    Reserve(Length * 2L);
            }

            // The stream takes data that ends early for its end.
            if (!EndsInTrailer(compressed.AsSpan(0, compressedLength)))
                throw new InvalidDataException("the gzip data is truncated, or something follows it.");
        }
        finally
        {
            Release(compressed);
        }
    }

    public void Dispose()
    {
        Release(Bytes);
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

    private void Reserve(long size)
    {
        var bytes = size <= LargestPooled
            ? ArrayPool<byte>.Shared.Rent((int)size)
            : GC.AllocateUninitializedArray<byte>((int)Math.Min(size, _maxBytes + 1L));
        Bytes.AsSpan(0, Length).CopyTo(bytes);
        Release(Bytes);
        Bytes = bytes;
    }

    private static void Release(byte[] bytes)
    {
        if (bytes.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}
