using System.Net;

namespace TraceDashboard.Core.Projects;

/// <summary>Whom a request is counted against: an API key, or the address that it came from where there is none.</summary>
public readonly record struct Caller(int? KeyId, IPAddress? Address);
