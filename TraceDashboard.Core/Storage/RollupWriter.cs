using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage.Postgres;
using TraceDashboard.Core.Storage.Sqlite;

namespace TraceDashboard.Core.Storage;

/// <summary>Replaces the rollups of buckets.</summary>
internal static class RollupWriter
{
    /// <summary>In one transaction: the rows of the buckets become the given ones, and the marks are taken off.</summary>
    /// <param name="rows">All rows of those buckets.</param>
    /// <param name="generations">Marks that are done with.</param>
    /// <returns>False, and nothing is changed, when one of the marks was taken off meanwhile.</returns>
    public static async Task<bool> ReplaceAsync(
        TraceDbContext db, int projectId, int seconds, IReadOnlyList<long> buckets, IReadOnlyList<RollupRow> rows, IReadOnlyList<long> generations,
        CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (generations.Count > 0)
        {
            var taken = await db.DirtyBuckets
                .Where(d => d.ProjectId == projectId && EF.Parameter(generations).Contains(d.Generation))
                .ExecuteDeleteAsync(cancellationToken);
            if (taken < generations.Count)
                return false;
        }

        await db.Rollups
            .Where(r => r.ProjectId == projectId && r.Seconds == seconds && EF.Parameter(buckets).Contains(r.Bucket))
            .ExecuteDeleteAsync(cancellationToken);
        if (rows.Count > 0)
        {
            if (db is SqliteTraceDbContext)
                SqliteRollupInsert.Execute(db, rows);
            else
                await PostgresRollupInsert.ExecuteAsync(db, rows, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
