namespace TraceDashboard.Core.Search;

/// <summary>Which traces a list shows. Every condition that is set must hold.</summary>
public sealed record TraceFilter
{
    /// <summary>Traces that started at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Traces that started before this time.</summary>
    public DateTimeOffset? To { get; init; }

    public TraceStatusFilter? Status { get; init; }

    /// <summary>A model that the trace called, exactly.</summary>
    public string? Model { get; init; }

    public string? UserId { get; init; }

    public string? SessionId { get; init; }

    public string? Environment { get; init; }

    /// <summary>The trace's name, exactly.</summary>
    public string? Name { get; init; }

    /// <summary>What a score of the trace, or of a span of it, is.</summary>
    public ScoreCondition? Score { get; init; }

    /// <summary>A part of the name, an id or a preview, in any case.</summary>
    public string? Text { get; init; }
}

public enum TraceStatusFilter
{
    Ok,
    Error,
    Running,
    Abandoned,
}

/// <summary>In which order a list shows traces. Ties are broken by the number of the trace.</summary>
public enum TraceOrder
{
    NewestFirst,
    SlowestFirst,
    MostExpensiveFirst,
}

/// <summary>A page of a list, and where the next one begins; <c>NextCursor</c> is null on the last page.</summary>
public sealed record TracePage(IReadOnlyList<TraceListItem> Items, string? NextCursor);
