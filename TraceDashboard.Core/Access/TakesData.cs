namespace TraceDashboard.Core.Access;

/// <summary>Metadata of an endpoint that takes data in: whatever goes wrong in it, its sender is told to come again.</summary>
public sealed record TakesData;
