namespace TraceDashboard.Components.Pages.Trace;

/// <summary>What a piece of code is drawn as.</summary>
public enum CodeToken
{
    Plain,
    Keyword,
    Text,
    Number,
    Comment,
    Key,
}
