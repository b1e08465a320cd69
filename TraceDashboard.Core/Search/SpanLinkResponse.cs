using System.Text.Json;

namespace TraceDashboard.Core.Search;

/// <summary>Another span, of this trace or of another.</summary>
public sealed record SpanLinkResponse(string? TraceId, string? SpanId, JsonElement? Attributes);
