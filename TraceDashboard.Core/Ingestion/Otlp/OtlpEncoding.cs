namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>How OTLP/HTTP writes messages. An answer comes in the encoding of its request.</summary>
internal enum OtlpEncoding
{
    Json,
    Protobuf,
}
