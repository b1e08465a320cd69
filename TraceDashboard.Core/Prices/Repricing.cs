namespace TraceDashboard.Core.Prices;

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
