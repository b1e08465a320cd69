using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Storage;

/// <summary>A score as it is stored.</summary>
/// <param name="Score">What its sender said.</param>
/// <param name="ReceivedAt">When this version arrived, in nanoseconds since the Unix epoch.</param>
public sealed record StoredScore(Score Score, long ReceivedAt);

/// <summary>Reads and deletes scores. What belongs to another project, was deleted or never existed is not there, at the same cost.</summary>
public sealed class ScoreReader(TraceStore store, TimeProvider time)
{
    /// <summary>The newest first.</summary>
    public Task<(IReadOnlyList<StoredScore> Items, int Total)> ListAsync(int projectId, ScoreFilter filter, int skip, int take, CancellationToken cancellationToken) =>
        store.ReadAsync<(IReadOnlyList<StoredScore>, int)>(
            async (db, ct) =>
            {
                var scores = Matching(db, projectId, filter);
                var total = await scores.CountFromAsync(skip, ct);
                var rows = await scores.OrderByDescending(s => s.Timestamp).ThenBy(s => s.Id).Skip(skip).Take(take).ToListAsync(ct);
                return ([.. rows.Select(ToScore)], total);
            },
            cancellationToken);

    /// <summary>What was given to a trace and to its spans: at most <paramref name="take"/>, by name.</summary>
    public Task<IReadOnlyList<Score>> OfTraceAsync(int projectId, string traceId, int take, CancellationToken cancellationToken) =>
        store.ReadAsync<IReadOnlyList<Score>>(
            async (db, ct) =>
            {
                var rows = await Matching(db, projectId, new ScoreFilter { TraceId = traceId }).OrderBy(s => s.Name).ThenBy(s => s.Timestamp).ThenBy(s => s.Id).Take(take).ToListAsync(ct);
                return [.. rows.Select(r => ToScore(r).Score)];
            },
            cancellationToken);

    public Task<StoredScore?> GetAsync(int projectId, string id, CancellationToken cancellationToken) =>
        store.ReadAsync(
            async (db, ct) => await Matching(db, projectId, new ScoreFilter { Ids = [id] }).SingleOrDefaultAsync(ct) is { } row ? ToScore(row) : null,
            cancellationToken);

    /// <summary>Leaves a tombstone, so that a repeat of what was deleted does not bring it back.</summary>
    /// <returns>Whether there was such a score.</returns>
    public async Task<bool> DeleteAsync(int projectId, string id, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        return await store.WriteAsync((db, ct) => DeleteAsync(db.Scores.Where(s => s.ProjectId == projectId && s.Id == id), now, ct), cancellationToken) > 0;
    }

    /// <summary>Deletes the scores of a session itself; those of its traces go with the traces.</summary>
    public Task DeleteOfSessionAsync(int projectId, string sessionId, CancellationToken cancellationToken)
    {
        var now = time.GetUnixNanos();
        return store.WriteAsync((db, ct) => DeleteAsync(db.Scores.Where(s => s.ProjectId == projectId && s.SessionId == sessionId && s.TraceNo == null), now, ct), cancellationToken);
    }

    private static Task<int> DeleteAsync(IQueryable<ScoreRow> scores, long now, CancellationToken cancellationToken) =>
        scores.Where(s => s.DeletedAt == null).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.DeletedAt, now)
                .SetProperty(r => r.Comment, (string?)null)
                .SetProperty(r => r.Metadata, (string?)null)
                .SetProperty(r => r.StringValue, (string?)null),
            cancellationToken);

    private static IQueryable<ScoreRow> Matching(TraceDbContext db, int projectId, ScoreFilter filter)
    {
        var scores = db.Scores.AsNoTracking().Where(s => s.ProjectId == projectId && s.DeletedAt == null);
        if (filter.Ids.Count > 0)
            scores = scores.Where(s => filter.Ids.Contains(s.Id));
        if (filter.TraceId is { } traceId)
        {
            scores =
                from k in db.TraceKeys
                join s in scores on k.TraceNo equals s.TraceNo
                where k.ProjectId == projectId && k.TraceId == traceId
                select s;
        }

        if (filter.SpanIds.Count > 0)
            scores = scores.Where(s => filter.SpanIds.Contains(s.SpanId));
        if (filter.SessionId is { } sessionId)
            scores = scores.Where(s => s.SessionId == sessionId);
        if (filter.Name is { } name)
            scores = scores.Where(s => s.Name == name);
        if (filter.Environments.Count > 0)
            scores = scores.Where(s => filter.Environments.Contains(s.Environment));
        if (filter.ConfigId is { } configId)
            scores = scores.Where(s => s.ConfigId == configId);
        if (filter.Source is { } source)
            scores = scores.Where(s => s.Source == (short)source);
        if (filter.DataType is { } type)
            scores = scores.Where(s => s.DataType == (short)type);
        if (filter.From is { } from)
            scores = scores.Where(s => s.Timestamp >= from);
        if (filter.To is { } to)
            scores = scores.Where(s => s.Timestamp < to);
        if (filter.UserId is { } userId)
            scores = scores.Where(s => db.Traces.Any(t => t.ProjectId == projectId && t.TraceNo == s.TraceNo && t.UserId == userId));
        foreach (var tag in filter.TraceTags)
        {
            var quoted = JsonSerializer.Serialize(tag);
            scores = scores.Where(s => db.Traces.Any(t => t.ProjectId == projectId && t.TraceNo == s.TraceNo && t.Tags!.Contains(quoted)));
        }

        return (filter.Operator, filter.Value) switch
        {
            (">", { } value) => scores.Where(s => s.Value > value),
            (">=", { } value) => scores.Where(s => s.Value >= value),
            ("<", { } value) => scores.Where(s => s.Value < value),
            ("<=", { } value) => scores.Where(s => s.Value <= value),
            ("=", { } value) => scores.Where(s => s.Value == value),
            ("!=", { } value) => scores.Where(s => s.Value != value),
            _ => scores,
        };
    }

    private static StoredScore ToScore(ScoreRow row) => new(
        new Score
        {
            ProjectId = row.ProjectId,
            Id = row.Id,
            TraceId = row.TraceId,
            SpanId = row.SpanId,
            SessionId = row.SessionId,
            Name = row.Name,
            DataType = (ScoreDataType)row.DataType,
            Value = row.Value,
            Text = row.StringValue,
            Source = (ScoreSource)row.Source,
            Comment = row.Comment,
            Metadata = row.Metadata,
            Author = row.Author,
            Environment = row.Environment,
            ConfigId = row.ConfigId,
            Timestamp = row.Timestamp,
            VersionTime = row.VersionTime,
            VersionHash = row.VersionHash,
        },
        row.ReceivedAt);
}
