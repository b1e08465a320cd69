using System.Buffers;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>The bytes of an ExportTraceServiceRequest as they came, perhaps as gzip.</summary>
internal sealed class OtlpGrpcMessage
{
    private byte[] _bytes;
    private readonly int _length;

    private OtlpGrpcMessage(byte[] bytes, int length) => (_bytes, _length) = (bytes, length);

    public static Marshaller<OtlpGrpcMessage> Marshaller { get; } = new(static (_, _) => throw new NotSupportedException(), Read);

    /// <summary>Hands the bytes over; to be called once.</summary>
    public RequestBody Open(ByteReservation room, BodyOptions options)
    {
        var bytes = _bytes;
        _bytes = [];

        // No protobuf message begins like gzip: the first byte would be a field of wire type 7, which does not exist.
        return RequestBody.Adopt(bytes, _length, isCompressed: _length > 1 && bytes[0] == 0x1F && bytes[1] == 0x8B, room, options);
    }

    private static OtlpGrpcMessage Read(DeserializationContext context)
    {
        var length = context.PayloadLength;
        var bytes = PooledBytes.Rent(length);
        context.PayloadAsReadOnlySequence().CopyTo(bytes);
        return new OtlpGrpcMessage(bytes, length);
    }
}

/// <summary>A message that nobody looks at.</summary>
internal sealed class IgnoredMessage
{
    private static readonly IgnoredMessage s_instance = new();

    public static Marshaller<IgnoredMessage> Marshaller { get; } = new(static (_, _) => throw new NotSupportedException(), static _ => s_instance);
}

/// <summary>
/// Leaves gzip closed: it is opened where its content is counted in the budget of bytes, so that a small message that
/// inflates to a large one takes no room from others.
/// </summary>
internal sealed class UnopenedGzip : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) => stream;
}
