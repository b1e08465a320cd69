namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Progress of a trace, or of a span in it.</summary>
public sealed class UpdateTraceRequest : TraceProgress;
