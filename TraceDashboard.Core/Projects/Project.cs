namespace TraceDashboard.Core.Projects;

/// <summary>A tenant: keys, settings, prices and traces belong to it.</summary>
public sealed record Project(int Id, string Name);
