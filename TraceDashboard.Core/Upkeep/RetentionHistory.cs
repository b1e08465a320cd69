using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Upkeep;

/// <summary>What a run of retention did in a project.</summary>
/// <param name="FinishedAt">Null while it runs, and when it was broken off.</param>
/// <param name="Traces">Traces that were deleted.</param>
/// <param name="Spans">Spans that were deleted, or whose contents were.</param>
/// <param name="Bytes">Given back to the disk.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record RetentionRun(DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, long Traces, long Spans, long Bytes, string? Error);

/// <summary>Tells what retention has done.</summary>
public sealed class RetentionHistory(TraceStore store)
{
    /// <summary>The last runs that deleted something, newest first.</summary>
    public async Task<IReadOnlyList<RetentionRun>> ListAsync(int projectId, int limit, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            (db, ct) => db.MaintenanceRuns.Where(r => r.Kind == ProjectRetention.Kind && r.ProjectId == projectId).OrderByDescending(r => r.Id).Take(limit).ToListAsync(ct),
            cancellationToken);
        return [.. rows.Select(r => new RetentionRun(
            UnixNanos.ToDateTimeOffset(r.StartedAt), UnixNanos.ToDateTimeOffset(r.FinishedAt), r.Traces, r.Spans, r.Bytes, r.Details))];
    }
}
