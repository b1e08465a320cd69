using System.ComponentModel.DataAnnotations;

namespace TraceDashboard.Core.Upkeep;

public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Time between two looks for what is too old. What is found is deleted at once, however long that takes.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Share of the time that deleting may take while data comes in; without any it takes all that it needs.</summary>
    [Range(0.001, 1)]
    public double LoadShare { get; set; } = 0.03;

    /// <summary>How long it is known that a trace was deleted, so that what its senders still send of it is dropped.</summary>
    public TimeSpan TombstoneLifetime { get; set; } = TimeSpan.FromDays(30);

    internal static IEnumerable<string> Check(RetentionOptions options)
    {
        if (options.Interval < TimeSpan.FromSeconds(1))
            yield return $"{Section}:{nameof(Interval)} must be a second at least.";
        if (options.TombstoneLifetime < TimeSpan.FromHours(1))
            yield return $"{Section}:{nameof(TombstoneLifetime)} must be an hour at least.";
    }
}
