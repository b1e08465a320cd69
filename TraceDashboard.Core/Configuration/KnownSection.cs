namespace TraceDashboard.Core.Configuration;

/// <summary>A section of the configuration that somebody reads.</summary>
public sealed record KnownSection(string Name);
