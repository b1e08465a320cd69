using System.ComponentModel;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Which span a call was about.</summary>
/// <param name="TraceId">Names the trace in later calls.</param>
/// <param name="SpanId">The span that was addressed.</param>
/// <param name="Traceparent">W3C trace context to pass on to what is called next; null when the ids are not those of W3C.</param>
public sealed record TraceHandle(
    [property: Description("Names the trace in later calls.")] string TraceId,
    [property: Description("The span that was addressed.")] string SpanId,
    [property: Description("W3C trace context to pass on to what is called next, also sent as a header; null when the ids are not those of W3C.")] string? Traceparent);
