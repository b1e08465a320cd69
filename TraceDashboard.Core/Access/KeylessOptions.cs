namespace TraceDashboard.Core.Access;

/// <summary>Whether calls without a key speak for the default project when they come from this machine; <c>Ingestion:AllowAnonymous</c> says so.</summary>
public sealed class KeylessOptions
{
    public bool Allowed { get; set; }
}
