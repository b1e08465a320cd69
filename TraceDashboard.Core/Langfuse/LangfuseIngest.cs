using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Takes a batch of events in: reads the body within the budget, maps event by event, and answers after the commit.</summary>
internal sealed class LangfuseIngest(IngestionPipeline pipeline, IOptions<IngestionOptions> options)
{
    /// <summary>Events are written in pieces of about this many bytes.</summary>
    private const int PieceBytes = 8 << 20;

    public async Task<IResult> IngestAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (!RequestBody.TryGetCompression(context.Request, out var isCompressed))
            return LangfuseResult.Failure(StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding is '{context.Request.Headers.ContentEncoding}'; send gzip or nothing.");
        // The limit is enforced here, with an answer in the protocol's form.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        try
        {
            using var room = pipeline.Reserve(0);
            using var body = new RequestBody(room, options.Value.MaxBodyBytes);
            await body.ReadAsync(context.Request, cancellationToken);
            if (isCompressed)
                body.Inflate();
            return await WriteAsync(context.GetProjectIdentity()!, body.Bytes.AsMemory(0, body.Length), room, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            return LangfuseResult.Invalid("The body cannot be decompressed: " + e.Message);
        }
        catch (BodyTooLargeException e)
        {
            return LangfuseResult.Failure(StatusCodes.Status413PayloadTooLarge, e.Message);
        }
        catch (UnavailableException e)
        {
            return LangfuseResult.Failure(StatusCodes.Status503ServiceUnavailable, e.Message, e.RetryAfter);
        }
        catch (BadHttpRequestException e)
        {
            return LangfuseResult.Failure(e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && cancellationToken.IsCancellationRequested)
        {
            // The sender has gone, nobody reads an answer; what was not acknowledged it sends again.
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
    }

    private async Task<LangfuseResult> WriteAsync(ProjectIdentity sender, ReadOnlyMemory<byte> body, IngestReservation room, CancellationToken cancellationToken)
    {
        if (!Utf8.IsValid(body.Span))
            return LangfuseResult.Invalid("The body is not UTF-8.");
        body = JsonEscapes.Clean(body);
        if (LangfuseBatch.Read(body, out var error) is not { } events)
            return LangfuseResult.Invalid(error);

        // While one event is mapped, its parsed form takes several times its bytes.
        room.Grow(2L * events.Select(e => e.Length).DefaultIfEmpty().Max());
        var answers = new List<LangfuseAnswer>(events.Count);
        var mapper = new LangfuseMapper(sender.ProjectId, options.Value);
        for (var next = 0; next < events.Count;)
        {
            var piece = new LangfusePiece(sender, mapper, options.Value, answers);
            for (long bytes = 0; next < events.Count && bytes < PieceBytes; next++)
            {
                piece.Add(events[next]);
                bytes += events[next].Length;
            }

            piece.Answer(await pipeline.WriteAsync(piece.Batch, cancellationToken));
        }

        return LangfuseResult.Multi(answers);
    }
}

/// <summary>Events that are written together.</summary>
internal sealed class LangfusePiece(ProjectIdentity sender, LangfuseMapper mapper, IngestionOptions limits, List<LangfuseAnswer> answers)
{
    private readonly List<SpanUpdate> _spans = [];
    private readonly List<TraceUpdate> _traces = [];
    private readonly List<Score> _scores = [];
    private readonly List<(string EventId, string? TraceId, string? Id)> _taken = [];

    public IngestBatch Batch => new(sender.ProjectId, _spans, _traces) { Scores = _scores };

    /// <summary>Maps one event. What is wrong with it costs no other.</summary>
    public void Add(ReadOnlyMemory<byte> json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = LangfuseBatch.MaxDepth });
        }
        catch (JsonException)
        {
            answers.Add(new LangfuseAnswer(LangfuseEvent.UnknownId, StatusCodes.Status400BadRequest, $"The event nests deeper than {LangfuseBatch.MaxDepth} levels."));
            return;
        }

        using (document)
        {
            var errors = new List<string>();
            if (LangfuseEvent.Read(document.RootElement, errors) is { } e)
            {
                if (sender.OnlyScores && e.Entity is not (LangfuseEntity.Score or LangfuseEntity.Log))
                    answers.Add(new LangfuseAnswer(e.Id, StatusCodes.Status401Unauthorized, "With the public key alone only scores can be sent."));
                else
                    Add(e, json.Span, errors);
            }

            if (errors.Count > 0)
                answers.Add(new LangfuseAnswer(LangfuseEvent.IdOf(document.RootElement), StatusCodes.Status400BadRequest, string.Join(' ', errors)));
        }
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
            var reason = refused[(traceId, id)].FirstOrDefault();
            answers.Add(new LangfuseAnswer(eventId, reason is null ? StatusCodes.Status201Created : StatusCodes.Status500InternalServerError, reason));
        }
    }

    private void Add(LangfuseEvent e, ReadOnlySpan<byte> json, List<string> errors)
    {
        switch (e.Entity)
        {
            case LangfuseEntity.Trace when mapper.MapTrace(e, errors) is { } trace:
                _traces.Add(trace);
                _taken.Add((e.Id, trace.TraceId, null));
                break;
            case LangfuseEntity.Observation when mapper.MapObservation(e, json, errors) is var (span, about):
                _spans.Add(span);
                if (about is not null)
                    _traces.Add(about);
                _taken.Add((e.Id, span.TraceId, span.SpanId));
                break;
            case LangfuseEntity.Score when LangfuseScores.Map(sender.ProjectId, e.Body, "body.", LangfuseMapper.Derive("score", e.Id, 16), e.Timestamp, limits, errors) is { } score:
                _scores.Add(score);
                _taken.Add((e.Id, null, score.Id));
                break;
        }
    }
}
