namespace TraceDashboard.Core.Search;

/// <summary>What went wrong in a span.</summary>
public sealed record SpanErrorResponse(string? Type, string? Message);
