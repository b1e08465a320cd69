using System.Text.Json;

namespace TraceDashboard.Core.Search;

/// <summary>A moment within a span.</summary>
public sealed record SpanEventResponse(string? Name, string? Time, JsonElement? Attributes);
