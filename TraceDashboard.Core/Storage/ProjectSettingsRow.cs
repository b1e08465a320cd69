namespace TraceDashboard.Core.Storage;

// Times are nanoseconds since the Unix epoch.

/// <summary>What a project has chosen. A project without a row has the defaults.</summary>
public sealed class ProjectSettingsRow
{
    public int ProjectId { get; set; }

    /// <summary><see cref="Projects.ProjectSettings"/> as JSON, checked when it is written.</summary>
    public required string Document { get; set; }

    public long UpdatedAt { get; set; }
}
