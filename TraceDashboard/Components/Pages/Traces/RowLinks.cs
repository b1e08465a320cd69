using TraceDashboard.Components.Shared;

namespace TraceDashboard.Components.Pages.Traces;

/// <summary>Addresses of a list narrowed by a value of one of its rows; each is a beginning that the value ends.</summary>
public sealed record RowLinks(string Status, string Model, string User, string Score)
{
    public static RowLinks For(TraceQuery query, TimeRange range)
    {
        return new RowLinks(
            Prefix(query with { Status = null }, "status"),
            Prefix(query with { Model = null }, "model"),
            Prefix(query with { User = null }, "user"),
            Prefix(query with { Score = null }, "score"));

        string Prefix(TraceQuery others, string name)
        {
            var url = others.ToUrl(range);
            return url + (url.Contains('?', StringComparison.Ordinal) ? '&' : '?') + name + '=';
        }
    }
}
