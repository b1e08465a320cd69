namespace TraceDashboard.Core.Storage;

/// <summary>A key with which addresses of files are signed, and what pages leave with browsers.</summary>
public sealed class DataProtectionKeyRow
{
    public int Id { get; set; }

    public required string Name { get; set; }

    /// <summary>As ASP.NET Core writes it.</summary>
    public required string Xml { get; set; }
}
