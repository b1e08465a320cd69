using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Prices;

/// <summary>How far stored costs follow a corrected price.</summary>
public sealed record RecomputationResponse
{
    [Description("The price that was corrected, or catalogue/ and its version where all calls are priced again.")]
    public required string PriceId { get; init; }

    [Description("Calls that started then or later; null from ever."), DataType(DataType.DateTime)]
    public required string? From { get; init; }

    [Description("Exclusive; null for ever."), DataType(DataType.DateTime)]
    public required string? To { get; init; }

    [Description("failed is tried again, and goes on where it was."), AllowedValues("waiting", "running", "done", "failed")]
    public required string State { get; init; }

    [Description("Spans that were looked at.")]
    public required long Done { get; init; }

    [Description("About how many there are; null before it begins.")]
    public required long? About { get; init; }

    [Description("Spans whose cost is another now.")]
    public required long Changed { get; init; }

    public required string? Error { get; init; }

    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }

    [DataType(DataType.DateTime)]
    public required string? FinishedAt { get; init; }

    internal static RecomputationResponse Of(Repricing repricing) => new()
    {
        PriceId = repricing.PriceId,
        From = Iso8601.Format(repricing.Valid.From),
        To = Iso8601.Format(repricing.Valid.To),
        State = repricing.State.ToString().ToLowerInvariant(),
        Done = repricing.Done,
        About = repricing.About,
        Changed = repricing.Changed,
        Error = repricing.Error,
        CreatedAt = Iso8601.Format(repricing.CreatedAt),
        FinishedAt = Iso8601.Format(repricing.FinishedAt),
    };
}
