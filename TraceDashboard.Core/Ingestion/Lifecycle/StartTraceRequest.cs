using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>Begins a trace, or a span in it.</summary>
public sealed class StartTraceRequest : TraceContext
{
    [Description("Id of the trace, up to 800 characters and 1200 bytes of UTF-8. Default: that of the traceparent header, or one that follows from the Idempotency-Key header, or a new one.")]
    [MaxLength(Ids.MaxLength)]
    public string? TraceId { get; set; }
}
