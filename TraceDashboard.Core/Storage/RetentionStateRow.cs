namespace TraceDashboard.Core.Storage;

/// <summary>What retention has left behind in a project.</summary>
public sealed class RetentionStateRow
{
    public int ProjectId { get; set; }

    /// <summary>Charts before this moment, in seconds since the Unix epoch, know more than what is stored: they are not computed anew.</summary>
    public long ChartsKeptBefore { get; set; }
}
