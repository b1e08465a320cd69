using System.ComponentModel;

namespace TraceDashboard.Core.Search;

/// <summary>A list of traces.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="NextCursor">Where the next page begins; null on the last one.</param>
public sealed record TraceListResponse(
    [property: Description("Newest first.")] IReadOnlyList<TraceListEntry> Items,
    [property: Description("The cursor of the next page; null on the last one.")] string? NextCursor);
