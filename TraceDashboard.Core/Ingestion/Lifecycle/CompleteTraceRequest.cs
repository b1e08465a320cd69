namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>The end of a trace, or of a span in it.</summary>
public sealed class CompleteTraceRequest : TraceProgress;
