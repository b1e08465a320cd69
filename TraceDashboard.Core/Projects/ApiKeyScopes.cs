namespace TraceDashboard.Core.Projects;

/// <summary>What the holder of a key may do.</summary>
[Flags]
public enum ApiKeyScopes
{
    None = 0,

    /// <summary>Send traces and scores.</summary>
    Ingest = 1,

    /// <summary>Read what the project has.</summary>
    Read = 2,

    /// <summary>Both, which also deletes traces and manages keys.</summary>
    All = Ingest | Read,
}
