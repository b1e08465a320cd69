using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>One export of traces, from the body to the outcome, whatever brought it. It returns after the commit.</summary>
internal sealed class OtlpTraceExport(IngestionPipeline pipeline, IngestionOptions options)
{
    /// <summary>A large body is written in pieces of about this size, decoded.</summary>
    public const long BatchBytes = 8 << 20;

    /// <param name="projectId">Of the sender.</param>
    /// <param name="encoding">Of the message.</param>
    /// <param name="isCompressed">Whether the body is gzip.</param>
    /// <param name="room">Where the body's bytes are counted; called once.</param>
    /// <param name="read">Fills the body.</param>
    /// <param name="cancellationToken">The sender has gone.</param>
    public async Task<OtlpOutcome> RunAsync(
        int projectId, OtlpEncoding encoding, bool isCompressed, Func<IngestReservation> room, Func<RequestBody, Task> read, CancellationToken cancellationToken)
    {
        try
        {
            using var reservation = room();
            using var body = new RequestBody(reservation, options.MaxBodyBytes);
            await read(body);
            if (isCompressed)
                body.Inflate();
            var request = encoding.Open(body.Bytes, body.Length, options);
            return await WriteAsync(request, projectId, reservation, cancellationToken);
        }
        catch (MalformedRequestException e)
        {
            return OtlpOutcome.Failure(StatusCodes.Status400BadRequest, e.Message);
        }
        catch (InvalidDataException e)
        {
            return OtlpOutcome.Failure(StatusCodes.Status400BadRequest, "The body cannot be decompressed: " + e.Message);
        }
        catch (BodyTooLargeException e)
        {
            return OtlpOutcome.Failure(StatusCodes.Status413PayloadTooLarge, e.Message);
        }
        catch (UnavailableException e)
        {
            return OtlpOutcome.Failure(StatusCodes.Status503ServiceUnavailable, e.Message, e.RetryAfter);
        }
        catch (BadHttpRequestException e)
        {
            return OtlpOutcome.Failure(e.StatusCode, e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && cancellationToken.IsCancellationRequested)
        {
            // The sender has gone, nobody reads an answer; what was not acknowledged it sends again.
            return OtlpOutcome.Failure(StatusCodes.Status499ClientClosedRequest, "The sender has gone.");
        }
    }

    private async Task<OtlpOutcome> WriteAsync(OtlpRequest request, int projectId, IngestReservation reservation, CancellationToken cancellationToken)
    {
        if (request.SpanCount == 0 && request.OtherSignal is { } signal)
            return OtlpOutcome.Failure(StatusCodes.Status400BadRequest, $"This is an export of {signal}; /v1/traces takes traces only.");

        var decoder = new OtlpDecoder(request, projectId);
        var rejections = decoder.Rejections;
        long reserved = request.Length;
        var refused = 0;
        while (decoder.Next(BatchBytes) is { } batch)
        {
            // A body is counted twice, once for what it decodes to; small spans decode to more.
            if (decoder.BatchBytes > reserved)
            {
                reservation.Grow((decoder.BatchBytes - reserved + 1) / 2);
                reserved = decoder.BatchBytes;
            }

            var result = await pipeline.WriteAsync(batch, cancellationToken);
            refused += result.Rejected.Count;
            foreach (var rejected in result.Rejected)
                rejections.Add($"span {rejected.TraceId}/{rejected.SpanId}", rejected.Reason);
            foreach (var (traceId, reason) in result.RejectedTraces)
                rejections.AddUncounted($"trace {traceId}", reason);
            foreach (var (scoreId, reason) in result.RejectedScores)
                rejections.AddUncounted($"score {scoreId}", reason);
        }

        pipeline.CountInvalid(rejections.Count - refused);
        return request.SpanCount > 0 && !decoder.AnyDecoded
            ? OtlpOutcome.Failure(StatusCodes.Status400BadRequest, rejections.Explain())
            : OtlpOutcome.Success(rejections.Count, rejections.ToString());
    }
}
