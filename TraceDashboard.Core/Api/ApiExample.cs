namespace TraceDashboard.Core.Api;

/// <summary>Metadata of an endpoint: bodies that the API reference shows, as JSON.</summary>
/// <param name="Request">Null when there is no request body.</param>
/// <param name="Response">Of the successful answer.</param>
public sealed record ApiExample(string? Request, string Response);
