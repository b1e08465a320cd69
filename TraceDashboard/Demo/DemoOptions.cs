using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Demo;

/// <summary>How much the demo fills in and plays.</summary>
public sealed class DemoOptions
{
    public const string Section = "Demo";

    /// <summary>Traces that an empty project is filled with; one of them has 10 000 spans.</summary>
    [Range(1, 1_000_000)]
    public int Traces { get; set; } = 20_000;

    /// <summary>The same number gives the same traces.</summary>
    public int Seed { get; set; } = 2026;

    /// <summary>Time from one live trace to the next; zero turns them off.</summary>
    public TimeSpan LiveInterval { get; set; } = TimeSpan.FromSeconds(2);
}
