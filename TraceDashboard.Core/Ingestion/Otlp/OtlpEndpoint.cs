namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Marks an endpoint of OTLP: a listener for OTLP alone answers these and nothing else.</summary>
public sealed record OtlpEndpoint(OtlpTransport Transport);

public enum OtlpTransport
{
    Http,
    Grpc,
}
