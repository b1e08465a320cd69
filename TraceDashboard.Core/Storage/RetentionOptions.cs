namespace TraceDashboard.Core.Storage;

public sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Time between two looks for what is too old. What is found is deleted at once, however long that takes.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);
}
