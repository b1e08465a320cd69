using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Media;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Deletion;

/// <summary>Deletes what a project no longer wants to have. What its senders still send of a deleted trace is taken in and dropped.</summary>
public sealed class TraceDeletion(SpanWriter writer, TraceStore store, ScoreReader scores, MediaStore media, LiveFeed feed)
{
    private const int SessionSlice = 100;

    /// <returns>Whether there was such a trace.</returns>
    public async Task<bool> DeleteTraceAsync(int projectId, string traceId, CancellationToken cancellationToken)
    {
        if (!await writer.DeleteAsync(projectId, traceId, cancellationToken))
            return false;
        await media.ForgetAsync(projectId, [traceId], cancellationToken);
        feed.Publish([new TraceChanged(projectId, traceId)]);
        return true;
    }

    /// <summary>Leaves a tombstone, so that a repeat of what was deleted does not bring it back.</summary>
    /// <returns>Whether there was such a score.</returns>
    public async Task<bool> DeleteScoreAsync(int projectId, string scoreId, CancellationToken cancellationToken)
    {
        if (await scores.GetAsync(projectId, scoreId, cancellationToken) is not { Score: var score } || !await scores.DeleteAsync(projectId, scoreId, cancellationToken))
            return false;
        if (score.TraceId is { } traceId)
            feed.Publish([new TraceChanged(projectId, traceId)]);
        return true;
    }

    /// <summary>Deletes the traces that a session has now, each in a transaction of its own, and its scores; a trace that begins later is a new one.</summary>
    /// <returns>How many they were.</returns>
    public async Task<int> DeleteSessionAsync(int projectId, string sessionId, CancellationToken cancellationToken)
    {
        var deleted = 0;
        while (true)
        {
            var traceIds = await store.ReadAsync(
                (db, ct) => db.Traces.Where(t => t.ProjectId == projectId && t.SessionId == sessionId).OrderBy(t => t.OrderTime).Select(t => t.TraceId).Take(SessionSlice).ToListAsync(ct),
                cancellationToken);
            var before = deleted;
            foreach (var traceId in traceIds)
                deleted += await DeleteTraceAsync(projectId, traceId, cancellationToken) ? 1 : 0;
            if (deleted == before)
                break;
        }

        await scores.DeleteOfSessionAsync(projectId, sessionId, cancellationToken);
        return deleted;
    }
}
