using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Prices;

/// <summary>What a price would be for.</summary>
/// <param name="Models">Names, those with the most calls first.</param>
public sealed record PriceEffect(long Calls, long Unpriced, IReadOnlyList<string> Models);

/// <summary>Which models a project calls, from the rollups: they may be seconds behind.</summary>
public sealed class ModelUsageQueries(TraceStore store, PriceBooks books, PriceCatalogue catalogue, TimeProvider time)
{
    /// <summary>Models that are listed.</summary>
    public const int MaxModels = 500;

    /// <summary>Those with unpriced calls first, by how many, then by calls; one more than <see cref="MaxModels"/> when there are more.</summary>
    public async Task<IReadOnlyList<ModelUsage>> ListAsync(int projectId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var book = (await books.CurrentAsync(cancellationToken)).Of(projectId);
        var now = time.GetUtcNow();
        var rows = await store.ReadAsync(
            (db, ct) => Calls(db, projectId, from, to)
                .GroupBy(r => new { r.Provider, r.Model })
                .Select(g => new
                {
                    g.Key,
                    Calls = g.Sum(r => r.Calls),
                    Unpriced = g.Sum(r => r.Unpriced),
                    // No sum of whatever clients sent may overflow: tokens as doubles, money as MoneySum says.
                    TokensIn = g.Sum(r => (double)r.TokensIn),
                    TokensCached = g.Sum(r => (double)r.TokensCached),
                    TokensOut = g.Sum(r => (double)r.TokensOut),
                    Micro = g.Sum(r => r.Cost / MoneySum.PicoPerMicro),
                    Pico = g.Sum(r => r.Cost % MoneySum.PicoPerMicro),
                })
                .OrderByDescending(m => m.Unpriced).ThenByDescending(m => m.Calls).ThenBy(m => m.Key.Model).ThenBy(m => m.Key.Provider)
                .Take(MaxModels + 1)
                .ToListAsync(ct),
            cancellationToken);
        return [.. rows.Select(r => new ModelUsage
        {
            Provider = r.Key.Provider.Length == 0 ? null : r.Key.Provider,
            Model = r.Key.Model,
            Calls = r.Calls,
            Unpriced = r.Unpriced,
            TokensIn = (long)r.TokensIn,
            TokensCached = (long)r.TokensCached,
            TokensOut = (long)r.TokensOut,
            Cost = r.Unpriced >= r.Calls ? null : MoneySum.ToUsd(r.Micro, r.Pico),
            Price = book.Find(r.Key.Provider.Length == 0 ? null : r.Key.Provider, r.Key.Model, now),
        })];
    }

    /// <summary>The calls that a price would be for, whether or not another one comes before it.</summary>
    /// <returns>Null when the pattern is none.</returns>
    public async Task<PriceEffect?> EffectAsync(int projectId, ModelMatch match, string pattern, string? provider, Period valid, CancellationToken cancellationToken)
    {
        if (ModelPriceManager.CheckPattern(match, pattern) is not null)
            return null;
        var rule = new ModelRule(match, pattern.Trim(), string.IsNullOrWhiteSpace(provider) ? null : provider.Trim());
        var models = await store.ReadAsync(
            (db, ct) => Calls(db, projectId, valid.From ?? DateTimeOffset.UnixEpoch, valid.To ?? DateTimeOffset.MaxValue)
                .GroupBy(r => new { r.Provider, r.Model })
                .Select(g => new { g.Key.Provider, g.Key.Model, Calls = g.Sum(r => r.Calls), Unpriced = g.Sum(r => r.Unpriced) })
                .ToListAsync(ct),
            cancellationToken);
        var meant = models.Where(m => rule.MatchesModel(m.Model) && rule.MatchesProvider(m.Provider, catalogue.Matcher.Providers)).ToList();
        return new PriceEffect(
            meant.Sum(m => m.Calls), meant.Sum(m => m.Unpriced),
            [.. meant.GroupBy(m => m.Model, StringComparer.Ordinal).OrderByDescending(m => m.Sum(p => p.Calls)).Select(m => m.Key)]);
    }

    private static IQueryable<RollupRow> Calls(TraceDbContext db, int projectId, DateTimeOffset from, DateTimeOffset to)
    {
        var first = RollupBucket.Floor(from.ToUnixTimeSeconds(), RollupBucket.Quarter);
        var end = to.ToUnixTimeSeconds();
        return db.Rollups.Where(r => r.ProjectId == projectId && r.Seconds == RollupBucket.Quarter && r.Bucket >= first && r.Bucket < end && r.Calls > 0 && r.Model != "");
    }
}
