using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Search;

/// <summary>What several scores of one name and type come to.</summary>
/// <param name="Count">How many they are.</param>
/// <param name="Mean">The mean of numbers; of booleans the share that is true, from 0 to 1; null for categories.</param>
/// <param name="Category">The most frequent category; null for numbers and booleans.</param>
/// <param name="CategoryCount">How many have it.</param>
public sealed record ScoreAverage(string Name, ScoreDataType DataType, int Count, double? Mean, string? Category, int CategoryCount);

/// <summary>A name that is in use.</summary>
/// <param name="Average">Of the newest scores of that name.</param>
/// <param name="Categories">Those of a categorical score, most used first.</param>
public sealed record ScoreName(ScoreAverage Average, IReadOnlyList<string> Categories);

/// <summary>Sums scores up in the database: by name, or by trace and name. Free texts have no average.</summary>
internal static class ScoreAverages
{
    /// <summary>How many scores a query looks at, those of the newest traces first.</summary>
    public const int MaxScores = 1 << 16;

    private const int MaxCategories = 20;

    public static async Task<IReadOnlyList<ScoreName>> ByNameAsync(IQueryable<ScoreRow> scores, CancellationToken cancellationToken)
    {
        var groups = await Countable(scores)
            .GroupBy(s => new { s.Name, s.DataType, Category = s.DataType == (short)ScoreDataType.Categorical ? s.StringValue : null })
            .Select(g => new Sum(null, g.Key.Name, g.Key.DataType, g.Key.Category, g.Count(), g.Sum(s => s.Value / MaxScores)))
            .ToListAsync(cancellationToken);
        return Fold(groups);
    }

    public static async Task<ILookup<string, ScoreAverage>> ByTraceAsync(IQueryable<ScoreRow> scores, CancellationToken cancellationToken)
    {
        var groups = await Countable(scores)
            .GroupBy(s => new { s.TraceId, s.Name, s.DataType, Category = s.DataType == (short)ScoreDataType.Categorical ? s.StringValue : null })
            .Select(g => new Sum(g.Key.TraceId, g.Key.Name, g.Key.DataType, g.Key.Category, g.Count(), g.Sum(s => s.Value / MaxScores)))
            .ToListAsync(cancellationToken);
        return groups.GroupBy(g => g.TraceId!, StringComparer.Ordinal)
            .SelectMany(t => Fold(t).OrderBy(n => n.Average.Name, StringComparer.Ordinal), (t, name) => (TraceId: t.Key, name.Average))
            .ToLookup(t => t.TraceId, t => t.Average, StringComparer.Ordinal);
    }

    private static IQueryable<ScoreRow> Countable(IQueryable<ScoreRow> scores) =>
        scores.Where(s => s.DeletedAt == null && s.DataType != (short)ScoreDataType.Text).OrderByDescending(s => s.TraceNo).Take(MaxScores);

    /// <summary>The most used first.</summary>
    private static List<ScoreName> Fold(IEnumerable<Sum> groups) =>
    [
        .. groups.GroupBy(g => (g.Name, Type: (ScoreDataType)g.DataType))
            .Select(g =>
            {
                var categories = g.Where(s => s.Category is not null).OrderByDescending(s => s.Count).ThenBy(s => s.Category, StringComparer.Ordinal).Take(MaxCategories).ToList();
                var count = g.Sum(s => s.Count);
                var average = g.Key.Type == ScoreDataType.Categorical
                    ? new ScoreAverage(g.Key.Name, g.Key.Type, count, null, categories.FirstOrDefault()?.Category, categories.FirstOrDefault()?.Count ?? 0)
                    : new ScoreAverage(g.Key.Name, g.Key.Type, count, g.Sum(s => s.Share) / count * MaxScores, null, 0);
                return new ScoreName(average, [.. categories.Select(c => c.Category!)]);
            })
            .OrderByDescending(n => n.Average.Count).ThenBy(n => n.Average.Name, StringComparer.Ordinal).ThenBy(n => n.Average.DataType),
    ];

    /// <param name="Share">
    /// The sum of the values, each divided by <see cref="MaxScores"/>: so it cannot overflow, which PostgreSQL would fail at, and by a
    /// power of two, so that nothing of it is lost.
    /// </param>
    private sealed record Sum(string? TraceId, string Name, short DataType, string? Category, int Count, double? Share);
}
