using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Components.Pages.Traces;

/// <summary>What the list is asked for, as its URL says it: the conditions, without the range of time.</summary>
public sealed record TraceQuery
{
    public string? Text { get; init; }

    public TraceStatusFilter? Status { get; init; }

    public string? Model { get; init; }

    public string? User { get; init; }

    public string? Session { get; init; }

    public string? Name { get; init; }

    public string? Environment { get; init; }

    public ScoreCondition? Score { get; init; }

    public bool IsEmpty => this == new TraceQuery();

    public TraceFilter ToFilter(TimeRange range, DateTimeOffset now)
    {
        var (from, to) = range.Resolve(now);
        return new TraceFilter
        {
            From = from,
            To = to,
            Text = Text,
            Status = Status,
            Model = Model,
            UserId = User,
            SessionId = Session,
            Name = Name,
            Environment = Environment,
            Score = Score,
        };
    }

    /// <summary>The address of the list with these conditions, relative to the base address.</summary>
    public string ToUrl(TimeRange range)
    {
        (string Key, string? Value)[] conditions =
        [
            ("q", Text),
            ("status", Status is { } status ? StatusText(status) : null),
            ("model", Model),
            ("user", User),
            ("session", Session),
            ("name", Name),
            ("env", Environment),
            ("score", Score?.ToString()),
        ];
        var parameters = range.ToQuery().Select(p => (p.Key, Value: p.Value as string)).Concat(conditions);
        var query = string.Join('&', parameters.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
        return query.Length == 0 ? "traces" : "traces?" + query;
    }

    public static string StatusText(TraceStatusFilter status) => status switch
    {
        TraceStatusFilter.Ok => "ok",
        TraceStatusFilter.Error => "error",
        TraceStatusFilter.Running => "running",
        _ => "abandoned",
    };

    public static TraceStatusFilter? ParseStatus(string? text) => text?.ToLowerInvariant() switch
    {
        "ok" => TraceStatusFilter.Ok,
        "error" => TraceStatusFilter.Error,
        "running" => TraceStatusFilter.Running,
        "abandoned" => TraceStatusFilter.Abandoned,
        _ => null,
    };
}
