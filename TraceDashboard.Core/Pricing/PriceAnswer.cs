namespace TraceDashboard.Core.Pricing;

/// <summary>Which price a model has at a time, and why.</summary>
public sealed record PriceAnswer
{
    /// <summary>Null when there is none.</summary>
    public required string? Key { get; init; }

    /// <summary>Null when the price is none of the project's own.</summary>
    public required string? OwnPriceId { get; init; }

    /// <summary>How it was found, in words; null when it was not.</summary>
    public required string? Rule { get; init; }

    /// <summary>Whose price it is and of when, in words; null when there is none.</summary>
    public required string? Version { get; init; }

    /// <summary>Why there is none, in words; null when there is one.</summary>
    public required string? Problem { get; init; }

    /// <summary>Of the catalogue's row; null when the price is not from there.</summary>
    public required string? Provider { get; init; }

    /// <summary>Of the catalogue's row; null when the price is not from there.</summary>
    public required string? Model { get; init; }

    /// <summary>The standard prices of a request of the usual size.</summary>
    public required IReadOnlyList<BucketPrice> Prices { get; init; }

    /// <summary>The project's own prices that are for such a model, in the order in which they are tried.</summary>
    public required IReadOnlyList<OwnMatch> Own { get; init; }
}
