using System.ComponentModel;

namespace TraceDashboard.Core.Access;

public sealed record RetentionDocument
{
    [Description("Days that inputs, outputs, messages, attributes and previews are kept, 1 to 3650; null for as long as their trace.")]
    public long? ContentDays { get; init; }

    [Description("Days that traces are kept, 1 to 3650; null for good. Charts stay.")]
    public long? TraceDays { get; init; }
}
