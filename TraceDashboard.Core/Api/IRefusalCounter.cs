namespace TraceDashboard.Core.Api;

/// <summary>Counts requests that were told to come again.</summary>
public interface IRefusalCounter
{
    /// <param name="reason"><c>overload</c>, <c>stopping</c> or <c>fault</c>.</param>
    void Refused(string reason);
}
