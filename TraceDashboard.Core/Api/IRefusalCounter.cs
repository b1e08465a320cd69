namespace TraceDashboard.Core.Api;

/// <summary>Counts requests that were told to come again.</summary>
public interface IRefusalCounter
{
    /// <param name="reason"><c>overload</c> or <c>stopping</c>.</param>
    void Refused(string reason);
}
