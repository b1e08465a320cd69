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

/// <summary>What was said of a price, once.</summary>
public sealed record OwnModelPriceVersion
{
    /// <summary>From 1, in the order in which they were said.</summary>
    public required int Number { get; init; }

    /// <summary>The time that it speaks of.</summary>
    public required Period Valid { get; init; }

    /// <summary>The times in which it is in force; none when later versions cover it, or when it ends the price.</summary>
    public required IReadOnlyList<Period> Periods { get; init; }

    /// <summary>Null: it ends the price for that time.</summary>
    public PriceTable? Prices { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
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

/// <summary>How far the costs of a time follow a corrected price.</summary>
public sealed record Repricing
{
    public required long Id { get; init; }

    /// <summary>The price that was corrected, or <c>catalogue/</c> with a version: all calls are priced again.</summary>
    public required string PriceId { get; init; }

    /// <summary>When the spans started that are priced again.</summary>
    public required Period Valid { get; init; }

    public required RepricingState State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Spans that were looked at.</summary>
    public required long Done { get; init; }

    /// <summary>About how many there are to look at; null before it begins.</summary>
    public long? About { get; init; }

    /// <summary>Spans whose cost is another now.</summary>
    public required long Changed { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }
}
