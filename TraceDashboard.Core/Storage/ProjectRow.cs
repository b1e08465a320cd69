namespace TraceDashboard.Core.Storage;

/// <summary>The tenant: keys, members, retention and prices belong to it.</summary>
public sealed class ProjectRow
{
    public int Id { get; set; }

    public required string Name { get; set; }

    /// <summary>The version of the catalogue that its stored calls were priced with; null when that is the one of now.</summary>
    public string? PricedWith { get; set; }

    public long CreatedAt { get; set; }
}
