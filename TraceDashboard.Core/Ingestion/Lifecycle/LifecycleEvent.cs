using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>A moment within a span.</summary>
public sealed class LifecycleEvent
{
    [Description("What happened.")]
    [Required]
    public string? Name { get; set; }

    [Description("When it happened (ISO 8601). Default: the call's timestamp.")]
    [DataType(DataType.DateTime)]
    public string? Time { get; set; }

    [Description("Anything else about it, as a JSON object.")]
    public JsonRange? Attributes { get; set; }
}
