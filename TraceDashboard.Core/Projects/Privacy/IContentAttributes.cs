namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>Knows the names under which dialects send contents.</summary>
public interface IContentAttributes
{
    /// <summary>Whether a dialect has contents in attributes of this name.</summary>
    bool HoldsContent(ReadOnlySpan<byte> key);
}
