using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Upkeep;

/// <summary>
/// Forgets, in all projects, what is of no use any more: that traces were deleted, when their senders have long stopped sending them again,
/// and files that were announced and never came.
/// </summary>
internal sealed class RetentionLeftovers(TraceStore store, MediaStore media, UpkeepPace pace, TimeProvider time, TimeSpan tombstoneLifetime)
{
    private readonly SliceSize _slice = new(time, TimeSpan.FromMilliseconds(3), 32, 2_000);

    public async Task DeleteAsync(int projectId, CancellationToken cancellationToken)
    {
        await DeleteTombstonesAsync(projectId, cancellationToken);
        await media.ForgetAnnouncedAsync(projectId, cancellationToken);
    }

    private async Task DeleteTombstonesAsync(int projectId, CancellationToken cancellationToken)
    {
        var before = time.GetUnixNanos() - UnixNanos.FromTimeSpan(tombstoneLifetime);
        while (true)
        {
            var rows = _slice.Rows;
            var sql = string.Create(CultureInfo.InvariantCulture, $$"""
                DELETE FROM trace_keys WHERE project_id = {0} AND trace_id IN (
                    SELECT trace_id FROM trace_keys WHERE project_id = {0} AND deleted_at < {1} ORDER BY deleted_at LIMIT {{rows}})
                """);
            var deleted = await store.WriteAsync((db, ct) => _slice.MeasureAsync(() => db.Database.ExecuteSqlRawAsync(sql, [projectId, before], ct)), cancellationToken);
            await pace.RestAsync(_slice.Held, cancellationToken);
            if (deleted < rows)
                return;
        }
    }
}
