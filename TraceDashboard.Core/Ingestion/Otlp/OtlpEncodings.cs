namespace TraceDashboard.Core.Ingestion.Otlp;

internal static class OtlpEncodings
{
    public static string MediaType(this OtlpEncoding encoding) => encoding == OtlpEncoding.Json ? "application/json" : "application/x-protobuf";

    /// <summary>From <c>Content-Type</c>; parameters (a charset) are passed over. Null when it is neither.</summary>
    public static OtlpEncoding? FromContentType(string? contentType)
    {
        var mediaType = contentType.AsSpan();
        var parameters = mediaType.IndexOf(';');
        mediaType = (parameters < 0 ? mediaType : mediaType[..parameters]).Trim();
        if (mediaType.Equals("application/x-protobuf", StringComparison.OrdinalIgnoreCase) || mediaType.Equals("application/protobuf", StringComparison.OrdinalIgnoreCase))
            return OtlpEncoding.Protobuf;
        return mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? OtlpEncoding.Json : null;
    }

    /// <exception cref="MalformedRequestException">The body is no export.</exception>
    public static OtlpRequest Open(this OtlpEncoding encoding, OtlpSignal signal, byte[] body, int length, IngestionOptions options) =>
        encoding == OtlpEncoding.Json ? new JsonRequest(signal, body, length, options) : new ProtobufRequest(signal, body, length, options);
}
