namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>What is exported. The messages of both are built alike: records of a scope of a resource.</summary>
internal enum OtlpSignal
{
    Traces,
    Logs,
}
