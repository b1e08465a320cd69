using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Analytics;

public sealed class RollupOptions
{
    public const string Section = "Rollups";

    /// <summary>Least time between two passes over what changed.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>About how long a pass works before it pauses; what is left waits for the next one.</summary>
    public TimeSpan Slice { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Share of the time that may go into rollups, and into checks of the store, while data keeps coming in.</summary>
    [Range(0.001, 1)]
    public double LoadShare { get; set; } = 0.05;
}
