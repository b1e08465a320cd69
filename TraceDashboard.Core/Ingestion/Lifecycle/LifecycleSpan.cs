namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>A step within the span that the call addresses.</summary>
public sealed class LifecycleSpan : SpanFields;
