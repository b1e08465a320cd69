using System.Linq.Expressions;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Search;

/// <summary>A filter as conditions on the rows of <c>traces</c>, and the rows as items of a list.</summary>
internal static class TraceConditions
{
    /// <param name="scores">All scores: a trace is asked for its own by its number, which is of one project only.</param>
    /// <param name="abandonedBefore">Open traces whose last activity is before this time are abandoned.</param>
    public static IQueryable<TraceRow> Matching(this IQueryable<TraceRow> traces, TraceFilter filter, IQueryable<ScoreRow> scores, long abandonedBefore)
    {
        if (filter.From is { } from)
        {
            var nanos = UnixNanos.FromDateTimeOffset(from);
            traces = traces.Where(t => t.OrderTime >= nanos);
        }

        if (filter.To is { } to)
        {
            var nanos = UnixNanos.FromDateTimeOffset(to);
            traces = traces.Where(t => t.OrderTime < nanos);
        }

        traces = filter.Status switch
        {
            null => traces,
            TraceStatusFilter.Ok => traces.Where(t => t.OpenSpanCount == 0 && t.Status != (short)SpanStatus.Error),
            TraceStatusFilter.Error => traces.Where(t => t.Status == (short)SpanStatus.Error),
            TraceStatusFilter.Running => traces.Where(t => t.OpenSpanCount > 0 && t.LastActivity >= abandonedBefore),
            TraceStatusFilter.Abandoned => traces.Where(t => t.OpenSpanCount > 0 && t.LastActivity < abandonedBefore),
            _ => throw new ArgumentOutOfRangeException(nameof(filter), filter.Status, "Unknown status."),
        };
        if (filter.Model is { Length: > 0 } model)
        {
            var line = $"\n{Storable(model)}\n";
            traces = traces.Where(t => t.Models!.Contains(line));
        }

        if (filter.UserId is { Length: > 0 } userId)
        {
            userId = Storable(userId);
            traces = traces.Where(t => t.UserId == userId);
        }

        if (filter.SessionId is { Length: > 0 } sessionId)
        {
            sessionId = Storable(sessionId);
            traces = traces.Where(t => t.SessionId == sessionId);
        }

        if (filter.Environment is { Length: > 0 } environment)
        {
            environment = Storable(environment);
            traces = traces.Where(t => t.Environment == environment);
        }

        if (filter.Name is { Length: > 0 } name)
        {
            name = Storable(name);
            traces = traces.Where(t => t.Name == name);
        }

        if (filter.Score is { } score)
        {
            var given = (score with { Name = Storable(score.Name), Category = score.Category is { } category ? Storable(category) : null }).In(scores);
            traces = traces.Where(t => given.Any(s => s.TraceNo == t.TraceNo));
        }

        if (filter.Text?.Trim() is { Length: > 0 } text)
        {
            var folded = SearchText.Fold(Storable(text));
            traces = traces.Where(t => t.SearchText!.Contains(folded));
        }

        return traces;
    }

    /// <summary>The rows after the cursor, in order.</summary>
    public static IQueryable<TraceRow> InOrder(this IQueryable<TraceRow> traces, TraceOrder order, TraceCursor? cursor)
    {
        if (cursor is { Key: var key, TraceNo: var no })
        {
            // The first condition is implied by the second; databases see only with it where in the index to begin.
            traces = order switch
            {
                TraceOrder.NewestFirst => traces.Where(t => t.OrderTime <= key && (t.OrderTime < key || t.TraceNo < no)),
                TraceOrder.SlowestFirst => traces.Where(t => ((t.EndTime - t.StartTime) ?? -1) < key || (((t.EndTime - t.StartTime) ?? -1) == key && t.TraceNo < no)),
                _ => traces.Where(t => (t.Cost ?? -1) < key || ((t.Cost ?? -1) == key && t.TraceNo < no)),
            };
        }

        return order switch
        {
            TraceOrder.NewestFirst => traces.OrderByDescending(t => t.OrderTime).ThenByDescending(t => t.TraceNo),
            TraceOrder.SlowestFirst => traces.OrderByDescending(t => (t.EndTime - t.StartTime) ?? -1).ThenByDescending(t => t.TraceNo),
            TraceOrder.MostExpensiveFirst => traces.OrderByDescending(t => t.Cost ?? -1).ThenByDescending(t => t.TraceNo),
            _ => throw new ArgumentOutOfRangeException(nameof(order), order, "Unknown order."),
        };
    }

    public static Expression<Func<TraceRow, ListedTrace>> AsListed(long abandonedBefore) => t => new ListedTrace(
        t.TraceNo,
        t.OrderTime,
        t.StartTime,
        t.EndTime,
        t.Cost,
        new TraceListItem
        {
            TraceId = t.TraceId,
            Name = t.Name,
            InputPreview = t.InputPreview,
            StartTime = UnixNanos.ToDateTimeOffset(t.StartTime),
            OrderTime = UnixNanos.ToDateTimeOffset(t.OrderTime),
            Duration = t.EndTime == null ? null : UnixNanos.ToTimeSpan(t.EndTime.Value - t.StartTime),
            Status = (SpanStatus)t.Status,
            Activity = TraceActivities.Of(t.OpenSpanCount, t.LastActivity, abandonedBefore),
            SpanCount = t.SpanCount,
            ErrorCount = t.ErrorCount,
            Model = t.Model,
            ModelCount = ModelCount(t.Models),
            Ttft = t.Ttft == null ? null : UnixNanos.ToTimeSpan(t.Ttft.Value),
            TokensIn = t.TokensIn,
            TokensOut = t.TokensOut,
            TokensUnsplit = t.TokensUnsplit,
            Cost = t.Cost == null ? null : PicoDollars.ToUsd(t.Cost.Value),
            UnpricedCalls = t.UnpricedCalls,
            UserId = t.UserId,
            SessionId = t.SessionId,
            Environment = t.Environment,
            Version = t.Version,
        });

    private static int ModelCount(string? models) => models is null ? 0 : models.AsSpan().Count('\n') - 1;

    // PostgreSQL refuses what no stored text contains.
    private static string Storable(string text) => StorableText.Shorten(text, int.MaxValue);
}

/// <summary>An item with what its place in the list's order follows from.</summary>
internal sealed record ListedTrace(long TraceNo, long OrderTime, long StartTime, long? EndTime, long? Cost, TraceListItem Item)
{
    public TraceCursor Cursor(TraceOrder order) => new(
        order,
        order switch
        {
            TraceOrder.NewestFirst => OrderTime,
            TraceOrder.SlowestFirst => (EndTime - StartTime) ?? -1,
            _ => Cost ?? -1,
        },
        TraceNo);
}
