using TraceDashboard.Core.Live;
using TraceDashboard.Core.Search;

namespace TraceDashboard.Components.Pages.Traces;

/// <summary>What lists of traces ask, answered once for all readers who ask the same in the same tick.</summary>
public sealed class TraceListQueries(TraceSearch search, SharedQueries shared)
{
    public const int PageSize = 100;

    // What one query may ask for: the array is one parameter, but its rows are read.
    private const int RefreshSize = 500;

    public Task<TracePage> FirstPageAsync(int projectId, TraceFilter filter, long tick, CancellationToken cancellationToken) => shared.GetAsync(
        ("traces", projectId, filter),
        tick,
        () => search.SearchAsync(projectId, filter, TraceOrder.NewestFirst, null, PageSize, CancellationToken.None),
        cancellationToken);

    /// <summary>How many traces match, and what their scores come to.</summary>
    public async Task<(TraceCount Count, IReadOnlyList<ScoreAverage> Scores)> CountAsync(int projectId, TraceFilter filter, long tick, CancellationToken cancellationToken)
    {
        var count = await shared.GetAsync(
            ("traces count", projectId, filter), tick, () => search.CountAsync(projectId, filter, CancellationToken.None), cancellationToken);
        var scores = await shared.GetAsync(
            ("traces scores", projectId, filter), tick, () => search.ScoresAsync(projectId, filter, CancellationToken.None), cancellationToken);
        return (count, scores);
    }

    /// <summary>Brings a list up to date with what changed.</summary>
    /// <param name="hold">Whether rows must keep their places; asked when there is an answer.</param>
    /// <returns>Whether there is something to render.</returns>
    public async Task<bool> UpdateAsync(
        TraceList list, int projectId, TraceFilter filter, ChangeSet changes, Func<bool> hold, CancellationToken cancellationToken)
    {
        var rendered = false;
        IEnumerable<string> ids;
        if (changes.Everything)
        {
            // Which traces changed is not known: the first page has what is new, and most of what is shown.
            var first = await FirstPageAsync(projectId, filter, changes.Tick, cancellationToken);
            rendered = list.Apply([], first.Items, hold());
            ids = list.Items.Select(i => i.TraceId).Except(first.Items.Select(i => i.TraceId));
        }
        else
        {
            // What fits into one query is asked for as it is, because other readers do: the lists of two know different things.
            ids = changes.TraceIds.Where(list.Concerns);
            if (changes.TraceIds.Count <= RefreshSize && ids.Any())
                ids = changes.TraceIds;
        }

        foreach (var chunk in ids.Order(StringComparer.Ordinal).Chunk(RefreshSize))
        {
            var found = await shared.GetAsync(
                ("traces", projectId, filter, string.Join('\n', chunk)),
                changes.Tick,
                () => search.RefreshAsync(projectId, filter, chunk, CancellationToken.None),
                cancellationToken);
            rendered |= list.Apply(chunk, found, hold());
        }

        return rendered;
    }
}
