namespace TraceDashboard.Core.Configuration;

/// <summary>The app cannot start for a reason outside of it. The message says which, and what to set; no stack trace is shown.</summary>
public sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
