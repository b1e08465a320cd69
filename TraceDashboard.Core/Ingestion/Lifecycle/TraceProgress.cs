using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>What has happened since.</summary>
public abstract class TraceProgress : TraceContext
{
    [Description("The next piece of streamed output. Its place is given by sequence, so pieces may arrive in any order and more than once.")]
    [DataType(DataType.Text)]
    public JsonRange? OutputDelta { get; set; }

    [Description("Steps within the addressed span, open or ended. Sent again with the same spanId, they are completed.")]
    public List<LifecycleSpan>? Spans { get; set; }
}
