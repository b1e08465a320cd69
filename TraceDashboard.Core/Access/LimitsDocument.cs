using System.ComponentModel;

namespace TraceDashboard.Core.Access;

public sealed record LimitsDocument
{
    [Description("Of the input of a span or trace, 100 at least.")]
    public long? InputBytes { get; init; }

    [Description("Of the output of a span or trace, 100 at least. Streamed pieces are cut each for itself.")]
    public long? OutputBytes { get; init; }

    [Description("Of each attribute and each key of metadata, 100 at least.")]
    public long? AttributeBytes { get; init; }
}
