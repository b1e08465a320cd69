using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Langfuse;

/// <summary>An order of traces: <c>field.asc</c> or <c>field.desc</c>.</summary>
internal sealed record LangfuseTraceOrder(string Field, bool Descending)
{
    private static readonly string[] s_fields = ["timestamp", "id", "name", "userId", "sessionId", "release", "version"];

    public static LangfuseTraceOrder Default { get; } = new("timestamp", true);

    public static string Known => $"a field and a direction, as timestamp.desc; the fields are {string.Join(", ", s_fields)}";

    public static LangfuseTraceOrder? Parse(string text)
    {
        var dot = text.LastIndexOf('.');
        var (field, direction) = dot < 0 ? (text, "asc") : (text[..dot], text[(dot + 1)..]);
        return s_fields.Contains(field, StringComparer.Ordinal) && direction is "asc" or "desc" ? new LangfuseTraceOrder(field, direction == "desc") : null;
    }

    public IQueryable<TraceRow> Apply(IQueryable<TraceRow> traces) => (Field switch
    {
        "id" => By(traces, t => t.TraceId),
        "name" => By(traces, t => t.Name),
        "userId" => By(traces, t => t.UserId),
        "sessionId" => By(traces, t => t.SessionId),
        "release" => By(traces, t => t.Release),
        "version" => By(traces, t => t.AppVersion),
        _ => By(traces, t => t.OrderTime),
    }).ThenBy(t => t.TraceNo);

    private IOrderedQueryable<TraceRow> By<T>(IQueryable<TraceRow> traces, System.Linq.Expressions.Expression<Func<TraceRow, T>> key) =>
        Descending ? traces.OrderByDescending(key) : traces.OrderBy(key);
}
