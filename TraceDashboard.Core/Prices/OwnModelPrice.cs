using TraceDashboard.Core.Pricing;

namespace TraceDashboard.Core.Prices;

/// <summary>A price that a project gave a model, with its history.</summary>
public sealed record OwnModelPrice
{
    /// <summary><c>mp-…</c></summary>
    public required string Id { get; init; }

    /// <summary>A name, a glob or a regular expression, as <see cref="Match"/> says.</summary>
    public required string Model { get; init; }

    public required ModelMatch Match { get; init; }

    /// <summary>Null for every provider.</summary>
    public string? Provider { get; init; }

    /// <summary>The last that was said first.</summary>
    public required IReadOnlyList<OwnModelPriceVersion> Versions { get; init; }

    public DateTimeOffset CreatedAt => Versions[^1].CreatedAt;

    /// <summary>The version in force at a time; null when there is none.</summary>
    public OwnModelPriceVersion? At(DateTimeOffset time) => Versions.FirstOrDefault(v => v.Periods.Any(p => p.Contains(time)));
}

/// <summary>A time; null where it is open.</summary>
/// <param name="To">Exclusive.</param>
public readonly record struct Period(DateTimeOffset? From, DateTimeOffset? To)
{
    public bool Contains(DateTimeOffset time) => (From is null || time >= From) && (To is null || time < To);
}

/// <summary>A price to be.</summary>
/// <param name="Model">1 to <see cref="ModelPriceManager.MaxPatternLength"/> characters.</param>
/// <param name="Provider">Null for every provider.</param>
public sealed record ModelPriceDraft(string Model, ModelMatch Match, string? Provider, Period Valid, PriceTable? Prices);

/// <summary>What became of a draft.</summary>
/// <param name="Price">Null when nothing was done.</param>
/// <param name="Errors">What to change, by the name of the field in the API.</param>
public sealed record ModelPriceResult(OwnModelPrice? Price, IReadOnlyDictionary<string, string[]> Errors);

public enum RepricingState
{
    /// <summary>Another is running.</summary>
    Waiting,
    Running,
    Done,

    /// <summary>The last attempt failed; it is tried again and goes on where it was.</summary>
    Failed,
}
