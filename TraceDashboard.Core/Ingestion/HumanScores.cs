using System.IO.Hashing;
using System.Text;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion;

/// <summary>What became of a score that a person gave.</summary>
public enum HumanScoreOutcome
{
    Saved,

    /// <summary>The score that was to be changed is no more.</summary>
    Gone,

    /// <summary>Its trace was deleted meanwhile, or the project's sampling leaves the trace out.</summary>
    NotKept,

    /// <summary>The store refused it.</summary>
    Refused,
}

/// <summary>Takes in what people say on a page about traces and spans. It goes the way of all scores, so the same rules hold for it.</summary>
public sealed class HumanScores(IngestionPipeline pipeline, ScoreReader reader, IOptions<IngestionOptions> options, TimeProvider time)
{
    /// <summary>Whether a person may change it here: scores that programs gave are theirs, and so are those of a named author.</summary>
    public static bool MayChange(Score score) => score is { Source: ScoreSource.Human, Author: null, DataType: not ScoreDataType.Text };

    /// <summary>A score that is not given yet.</summary>
    /// <param name="spanId">Null for one of the whole trace.</param>
    /// <param name="environment">The trace's.</param>
    public static Score New(int projectId, string traceId, string? spanId, string environment) => new()
    {
        ProjectId = projectId,
        Id = Guid.NewGuid().ToString(),
        TraceId = traceId,
        SpanId = spanId,
        Name = "",
        DataType = ScoreDataType.Numeric,
        Source = ScoreSource.Human,
        Environment = environment,
        Timestamp = 0,
        VersionTime = 0,
        VersionHash = 0,
    };

    /// <summary>Gives a score of <see cref="New"/>, or changes one that was read. Saved again, it is the same score.</summary>
    /// <exception cref="UnavailableException">The store cannot be reached, or the server is stopping.</exception>
    public async Task<HumanScoreOutcome> SaveAsync(Score score, CancellationToken cancellationToken)
    {
        var isNew = score.Timestamp == 0;
        var stored = await reader.GetAsync(score.ProjectId, score.Id, cancellationToken);
        if (stored is null && !isNew)
            return HumanScoreOutcome.Gone;

        // Its version must be later than the one that is changed, whatever clock that came from.
        var now = time.GetUnixNanos();
        var limits = options.Value;
        score = score with
        {
            Name = StorableText.Shorten(score.Name, limits.MaxNameLength),
            Text = score.Text is { } text ? JsonContent.Cut(text, limits.MaxFieldBytes) : null,
            Comment = score.Comment is { } comment ? JsonContent.Cut(comment, limits.MaxFieldBytes) : null,
            Timestamp = isNew ? now : score.Timestamp,
            VersionTime = stored is null ? now : Math.Max(now, stored.Score.VersionTime + 1),
            VersionHash = (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{score.Name}\n{score.DataType}\n{score.Value}\n{score.Text}\n{score.Comment}")),
        };
        var result = await pipeline.WriteAsync(new IngestBatch(score.ProjectId, [], []) { Scores = [score] }, cancellationToken);
        if (result.RejectedScores.Count > 0)
            return HumanScoreOutcome.Refused;
        return await reader.GetAsync(score.ProjectId, score.Id, cancellationToken) is null ? HumanScoreOutcome.NotKept : HumanScoreOutcome.Saved;
    }
}
