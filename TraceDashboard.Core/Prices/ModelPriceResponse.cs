using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Prices;

/// <summary>A price of the project's own.</summary>
public sealed record ModelPriceResponse
{
    public required string Id { get; init; }

    public required string Model { get; init; }

    [AllowedValues("exact", "glob", "regex")]
    public required string Match { get; init; }

    [Description("Null for every provider.")]
    public required string? Provider { get; init; }

    [Description("Number of the version in force now; null when none is.")]
    public required int? Current { get; init; }

    [Description("The last that was said first. It stands against those before it, for the time that it speaks of.")]
    public required IReadOnlyList<ModelPriceVersionResponse> Versions { get; init; }

    [DataType(DataType.DateTime)]
    public required string CreatedAt { get; init; }

    internal static ModelPriceResponse Of(OwnModelPrice price, DateTimeOffset now) => new()
    {
        Id = price.Id,
        Model = price.Model,
        Match = price.Match.ToString().ToLowerInvariant(),
        Provider = price.Provider,
        Current = price.At(now)?.Number,
        Versions = [.. price.Versions.Select(v => new ModelPriceVersionResponse
        {
            Number = v.Number,
            ValidFrom = Iso8601.Format(v.Valid.From),
            ValidTo = Iso8601.Format(v.Valid.To),
            Periods = [.. v.Periods.Select(p => new PeriodResponse(Iso8601.Format(p.From), Iso8601.Format(p.To)))],
            Prices = v.Prices,
            CreatedAt = Iso8601.Format(v.CreatedAt),
        })],
        CreatedAt = Iso8601.Format(price.CreatedAt),
    };
}
