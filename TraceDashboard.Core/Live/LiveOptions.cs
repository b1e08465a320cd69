using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Live;

public sealed class LiveOptions
{
    public const string Section = "Live";

    /// <summary>Least time between two signals to one page.</summary>
    public TimeSpan SignalInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Changed traces that one signal lists; beyond, it says that everything may have changed.</summary>
    [Range(1, 1_000_000)]
    public int MaxChangedTraces { get; set; } = 5_000;

    /// <summary>How long an open trace may be silent before it shows as abandoned.</summary>
    public TimeSpan AbandonedAfter { get; set; } = TimeSpan.FromMinutes(10);
}
