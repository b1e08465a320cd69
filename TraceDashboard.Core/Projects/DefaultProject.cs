namespace TraceDashboard.Core.Projects;

/// <summary>The project that always exists: that of keyless calls.</summary>
public static class DefaultProject
{
    public const int Id = 1;
}
