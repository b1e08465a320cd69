using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Takes a batch of events in: reads the body within the budget, maps event by event, and answers after the commit.</summary>
internal sealed class LangfuseIngest(IngestionPipeline pipeline, IOptions<IngestionOptions> options)
{
    /// <summary>Events are written in pieces of about this many bytes.</summary>
    private const int PieceBytes = 8 << 20;

    public async Task<IResult> IngestAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, options.Value.MaxBodyBytes);
        return await WriteAsync(context.GetProjectIdentity()!, body.Memory, body.Room, context.RequestAborted);
    }

    private async Task<LangfuseResult> WriteAsync(ProjectIdentity sender, Memory<byte> body, ByteReservation room, CancellationToken cancellationToken)
    {
        if (!Utf8.IsValid(body.Span))
            return LangfuseResult.Invalid("The body is not UTF-8.");
        body = body[..JsonEscapes.Clean(body.Span)];
        if (LangfuseBatch.Read(body.Span, out var tooShort, out var error) is not { } events)
            return LangfuseResult.Invalid(error);

        var answers = new LangfuseAnswers(tooShort);
        var mapper = new LangfuseMapper(sender.ProjectId, options.Value);
        long reserved = 0;
        for (var next = 0; next < events.Count;)
        {
            var piece = new LangfusePiece(sender, mapper, options.Value, answers);
            while (next < events.Count && piece.Bytes < PieceBytes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                piece.Add(body[events[next++]]);
            }

            if (piece.Bytes > reserved)
            {
                room.Grow(piece.Bytes - reserved);
                reserved = piece.Bytes;
            }

            piece.Answer(await pipeline.WriteAsync(piece.Batch, cancellationToken));
        }

        return LangfuseResult.Multi(answers);
    }
}
