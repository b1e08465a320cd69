using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Events that are written together.</summary>
internal sealed class LangfusePiece(ProjectIdentity sender, LangfuseMapper mapper, IngestionOptions limits, LangfuseAnswers answers)
{
    private readonly List<SpanUpdate> _spans = [];
    private readonly List<TraceUpdate> _traces = [];
    private readonly List<Score> _scores = [];
    private readonly List<(string EventId, string? TraceId, string? Id)> _taken = [];

    public IngestBatch Batch => new(sender.ProjectId, _spans, _traces) { Scores = _scores };

    /// <summary>About how many bytes of memory it takes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Maps one event. What is wrong with it costs no other.</summary>
    public void Add(ReadOnlyMemory<byte> json)
    {
        var id = LangfuseEvent.UnknownId;
        var errors = new List<string>();
        try
        {
            var envelope = JsonMembers.Read(new JsonSlice(json));
            id = LangfuseEvent.IdOf(envelope);
            if (LangfuseEvent.Read(envelope, errors) is { } e)
            {
                if (sender.OnlyScores && e.Entity is not (LangfuseEntity.Score or LangfuseEntity.Log))
                    answers.Fail(id, StatusCodes.Status401Unauthorized, "With the public key alone only scores can be sent.");
                else
                    Add(e, json.Span, errors);
            }
        }
        catch (JsonException)
        {
            errors.Add($"The event nests deeper than {LangfuseBatch.MaxDepth} levels, or has an object of more than {JsonMembers.Most} fields.");
        }

        if (errors.Count > 0)
            answers.Fail(id, StatusCodes.Status400BadRequest, string.Join(' ', errors));
    }

    /// <summary>Answers the events that were written.</summary>
    public void Answer(IngestResult result)
    {
        var refused = result.Rejected.Select(r => ((string?)r.TraceId, (string?)r.SpanId, r.Reason))
            .Concat(result.RejectedTraces.Select(r => ((string?)r.TraceId, (string?)null, r.Reason)))
            .Concat(result.RejectedScores.Select(r => ((string?)null, (string?)r.ScoreId, r.Reason)))
            .ToLookup(r => (r.Item1, r.Item2), r => r.Reason);
        foreach (var (eventId, traceId, id) in _taken)
        {
            if (refused[(traceId, id)].FirstOrDefault() is { } reason)
                answers.Fail(eventId, StatusCodes.Status500InternalServerError, reason);
            else
                answers.Succeed(eventId);
        }
    }

    private void Add(LangfuseEvent e, ReadOnlySpan<byte> json, List<string> errors)
    {
        switch (e.Entity)
        {
            case LangfuseEntity.Trace when mapper.MapTrace(e, errors) is { } trace:
                _traces.Add(trace);
                Bytes += trace.Bytes;
                _taken.Add((e.Id, trace.TraceId, null));
                break;
            case LangfuseEntity.Observation when mapper.MapObservation(e, json, errors) is var (span, about):
                _spans.Add(span);
                if (about is not null)
                    _traces.Add(about);
                Bytes += span.Bytes + (about?.Bytes ?? 0);
                _taken.Add((e.Id, span.TraceId, span.SpanId));
                break;
            case LangfuseEntity.Score when LangfuseScores.Map(sender.ProjectId, e.Body, "body.", LangfuseMapper.Derive("score", e.Id, 16), e.Timestamp, limits, errors) is { } score:
                _scores.Add(score);
                Bytes += VersionedUpdate.OwnBytes + json.Length;
                _taken.Add((e.Id, null, score.Id));
                break;
        }
    }
}
