using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Api;

/// <summary>The bytes of a request in one piece, and the room that they take.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstSize = 4 << 10;
    private const int PassingSize = 64 << 10;
    private const int ShortestGzip = 18;

    private readonly BodyOptions _options;
    private readonly int _maxBytes;
    private long _inflated;

    private RequestBody(ByteReservation room, long maxBytes, BodyOptions options)
    {
        Room = room;
        _options = options;
        _maxBytes = (int)Math.Min(maxBytes, Array.MaxLength - 1);
    }

    public byte[] Bytes { get; private set; } = [];

    public int Length { get; private set; }

    public Memory<byte> Memory => Bytes.AsMemory(0, Length);

    /// <summary>For what is made of the bytes.</summary>
    public ByteReservation Room { get; }

    /// <summary>Reads a body to its end and opens it, if it is compressed.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="maxBytes">Most that are taken, as they come and inflated.</param>
    /// <exception cref="RequestRefusedException">It is too long, too slow or not what it says.</exception>
    /// <exception cref="UnavailableException">There is no room for it now.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, long maxBytes)
    {
        var isCompressed = IsCompressed(context.Request);
        var services = context.RequestServices;
        var body = new RequestBody(services.GetRequiredService<Admission>().Enter(IncomingBody.CallerOf(context)), maxBytes, services.GetRequiredService<IOptions<BodyOptions>>().Value);
        try
        {
            await body.FillAsync(context);
            if (isCompressed)
                body.Inflate();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Takes over bytes that have arrived, and the room that was taken for them.</summary>
    /// <param name="bytes">Of <see cref="PooledBytes"/>; released with the body.</param>
    /// <param name="length">How many of them are the message.</param>
    /// <inheritdoc cref="ReadAsync" />
    public static RequestBody Adopt(byte[] bytes, int length, bool isCompressed, ByteReservation room, BodyOptions options)
    {
        var body = new RequestBody(room, options.MaxBytes, options) { Bytes = bytes, Length = length };
        try
        {
            if (isCompressed)
                body.Inflate();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static bool IsCompressed(HttpRequest request)
    {
        var name = request.Headers.ContentEncoding.ToString();
        if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase))
            return true;
        if (name.Length == 0 || name.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return false;
        throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding is '{StorableText.Shorten(name, 40)}'; send gzip or nothing.");
    }

    private async Task FillAsync(HttpContext context)
    {
        using var incoming = new IncomingBody(context, _maxBytes, Room);
        while (true)
        {
            var read = await incoming.ReadAsync(context.RequestAborted);
            Append(read.Buffer, context.Request.ContentLength);
            incoming.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    private void Append(ReadOnlySequence<byte> arrived, long? contentLength)
    {
        var length = Length + (int)arrived.Length;
        if (length > Bytes.Length)
        {
            // A sender that has brought a quarter of what it announced is believed the rest, so that less is thrown away on the way.
            var wanted = contentLength is { } announced ? Math.Min(Math.Max(Bytes.Length * 4L, FirstSize), announced) : Math.Max(Bytes.Length * 2L, FirstSize);
            var larger = PooledBytes.Rent((int)Math.Min(Math.Max(length, wanted), _maxBytes));
            Bytes.AsSpan(0, Length).CopyTo(larger);
            PooledBytes.Return(Bytes);
            Bytes = larger;
        }

        arrived.CopyTo(Bytes.AsSpan(Length));
        Length = length;
    }

    /// <summary>Replaces the bytes by what they inflate to.</summary>
    private void Inflate()
    {
        var compressed = Bytes;
        var gzip = Memory;
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
        catch (InvalidDataException e)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "The body cannot be decompressed: " + e.Message, e);
        }
        finally
        {
            PooledBytes.Return(compressed);
            Room.Shrink(gzip.Length);
        }
    }

    private bool TryInflate(byte[] compressed, int compressedLength, int length)
    {
        PooledBytes.Return(Bytes);
        Bytes = PooledBytes.Rent(length + 1);
        Length = 0;
        using var gzip = Open(compressed, compressedLength);
        for (int read; Length <= length && (read = gzip.Read(Bytes, Length, length + 1 - Length)) > 0; Length += read)
            TakeInflated(Length + read);
        return Length == length;
    }

    private int Measure(byte[] compressed, int compressedLength)
    {
        var passing = ArrayPool<byte>.Shared.Rent(PassingSize);
        try
        {
            using var gzip = Open(compressed, compressedLength);
            var length = 0;
            for (int read; (read = gzip.Read(passing, 0, passing.Length)) > 0;)
            {
                length += read;
                if (length > _maxBytes)
                    throw IncomingBody.TooLarge("inflates to", null, _maxBytes, _options);
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
        Room.Dispose();
    }

    /// <summary>The last eight bytes of gzip are the checksum and the length of its last member.</summary>
    private bool EndsInTrailer(ReadOnlySpan<byte> compressed)
    {
        if (compressed.Length < ShortestGzip)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]);
        return length <= Length && Crc32.HashToUInt32(Bytes.AsSpan(Length - (int)length, (int)length)) == BinaryPrimitives.ReadUInt32LittleEndian(compressed[^8..]);
    }

    /// <summary>Takes room for what is held beyond what was held before.</summary>
    private void TakeInflated(long held)
    {
        if (held <= _inflated)
            return;
        Room.Grow(held - _inflated);
        _inflated = held;
    }
}
