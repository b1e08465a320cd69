namespace TraceDashboard.Core.Storage;

/// <summary>
/// A version of a project's own price. Rows are only ever added: what was said later stands against what was said before, for the time that
/// it speaks of, so that the history stays.
/// </summary>
public sealed class ModelPriceRow
{
    public long Id { get; set; }

    public int ProjectId { get; set; }

    /// <summary>The same of all versions of one price.</summary>
    public required string PriceId { get; set; }

    /// <summary><see cref="Pricing.ModelMatch"/>; like pattern and provider the same of all versions.</summary>
    public short Match { get; set; }

    public required string Pattern { get; set; }

    /// <summary>Null for every provider.</summary>
    public string? Provider { get; set; }

    /// <summary>Null from ever.</summary>
    public long? ValidFrom { get; set; }

    /// <summary>Exclusive; null for ever.</summary>
    public long? ValidTo { get; set; }

    /// <summary><see cref="Pricing.PriceTable"/> as JSON; null when there is no own price in that time.</summary>
    public string? Prices { get; set; }

    public long CreatedAt { get; set; }
}
