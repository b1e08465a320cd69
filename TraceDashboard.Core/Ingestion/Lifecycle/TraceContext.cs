using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>A span and the trace that it is part of.</summary>
public abstract class TraceContext : SpanFields
{
    [Description("When this was said (ISO 8601 with offset, up to nanoseconds). It orders calls that speak of the same field; without it they are ordered by arrival.")]
    [DataType(DataType.DateTime)]
    public string? Timestamp { get; set; }

    [Description("Orders calls of the same timestamp, and numbers the pieces of streamed output: 0, 1, 2 …")]
    [Range(0, long.MaxValue)]
    public long? Sequence { get; set; }

    [Description("Who the trace is for.")]
    public string? UserId { get; set; }

    [Description("Which conversation the trace belongs to.")]
    public string? SessionId { get; set; }

    [Description("Where it ran: production, staging … The first one that is sent stays.")]
    public string? Environment { get; set; }

    [Description("Which release of the application ran.")]
    public string? Release { get; set; }

    [Description("Which version of the workflow ran.")]
    public string? Version { get; set; }

    [Description("Labels. Those of all calls are kept.")]
    public List<string>? Tags { get; set; }

    [Description("Anything else about the trace, as a JSON object. Merged key by key.")]
    public JsonRange? Metadata { get; set; }
}
