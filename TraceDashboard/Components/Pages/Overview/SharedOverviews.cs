using TraceDashboard.Components.Shared;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Components.Pages.Overview;

/// <summary>What overviews ask, answered once for all readers who ask the same at the same moment, see <see cref="PagePace"/>.</summary>
public sealed class SharedOverviews(OverviewQueries queries, TraceSearch search, SharedQueries shared)
{
    /// <summary>Sums are refreshed about once a second.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>How often traces are ranked, which looks at all of them.</summary>
    public static readonly TimeSpan RankingPace = TimeSpan.FromSeconds(15);

    /// <summary>Charts follow more slowly than sums, which cost a browser little: a bar of 15 minutes every 15 seconds.</summary>
    public static TimeSpan DrawingPace(TimeSpan bucket) =>
        TimeSpan.FromTicks(Math.Clamp((bucket / 60).Ticks, TimeSpan.FromSeconds(5).Ticks, TimeSpan.FromMinutes(1).Ticks));

    public Task<Core.Analytics.Overview> GetAsync(
        int projectId, (DateTimeOffset From, DateTimeOffset To) ends, TimeSpan utcOffset, string? environment, long moment, CancellationToken cancellationToken) => shared.GetAsync(
        ("overview", projectId, ends, utcOffset, environment),
        moment,
        () => queries.GetAsync(projectId, ends.From, ends.To, utcOffset, environment, CancellationToken.None),
        cancellationToken);

    public Task<OverviewTraces> TracesAsync(
        int projectId, (DateTimeOffset From, DateTimeOffset To) ends, string? environment, long moment, CancellationToken cancellationToken) => shared.GetAsync(
        ("overview traces", projectId, ends, environment),
        moment,
        () => queries.TracesAsync(projectId, ends.From, ends.To, environment, CancellationToken.None),
        cancellationToken);

    /// <summary>The newest trace of a project, whatever its time; null when there is none.</summary>
    public async Task<TraceListItem?> NewestAsync(int projectId, long moment, CancellationToken cancellationToken)
    {
        var page = await shared.GetAsync(
            ("newest trace", projectId),
            moment,
            () => search.SearchAsync(projectId, new TraceFilter(), TraceOrder.NewestFirst, null, 1, CancellationToken.None),
            cancellationToken);
        return page.Items.Count > 0 ? page.Items[0] : null;
    }

    /// <summary>A range that ends now ends with its minute: readers who look at the same range ask the same. One without a beginning begins a year before its end.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) Ends(TimeRange range, DateTimeOffset now)
    {
        var (from, to) = range.Resolve(now);
        var end = to ?? new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute) + TimeSpan.TicksPerMinute, TimeSpan.Zero);
        var start = from ?? end.AddYears(-1);
        return (start < end ? start : end.AddMinutes(-1), end);
    }
}
