using Microsoft.AspNetCore.Http;
using TraceDashboard.Core.Api;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>One export, from the body to the outcome, whatever brought it. It returns after the commit.</summary>
internal sealed class OtlpExport(OtlpSignal signal, IngestionPipeline pipeline, IngestionOptions options)
{
    /// <summary>A large body is written in pieces of about this size, decoded.</summary>
    public const long BatchBytes = 8 << 20;

    /// <param name="projectId">Of the sender.</param>
    /// <param name="encoding">Of the message.</param>
    /// <param name="body">The message.</param>
    /// <param name="cancellationToken">The sender has gone.</param>
    public async Task<OtlpOutcome> RunAsync(int projectId, OtlpEncoding encoding, RequestBody body, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(encoding.Open(signal, body.Bytes, body.Length, options), projectId, body.Room, cancellationToken);
        }
        catch (MalformedRequestException e)
        {
            return OtlpOutcome.Failure(StatusCodes.Status400BadRequest, e.Message);
        }
    }

    private async Task<OtlpOutcome> WriteAsync(OtlpRequest request, int projectId, ByteReservation room, CancellationToken cancellationToken)
    {
        if (request.SpanCount == 0 && request.OtherSignal is { } other)
            return OtlpOutcome.Failure(StatusCodes.Status400BadRequest, signal == OtlpSignal.Logs
                ? $"This is an export of {other}; /v1/logs takes logs only."
                : $"This is an export of {other}; /v1/traces takes traces only.");

        IOtlpDecoder decoder = signal == OtlpSignal.Logs ? new OtlpLogDecoder(request, projectId) : new OtlpDecoder(request, projectId);
        var rejections = decoder.Rejections;
        long reserved = 0;
        var refused = 0;
        while (decoder.Next(BatchBytes) is { } batch)
        {
            if (decoder.BatchBytes > reserved)
            {
                room.Grow(decoder.BatchBytes - reserved);
                reserved = decoder.BatchBytes;
            }

            var result = await pipeline.WriteAsync(batch, cancellationToken);
            refused += result.Rejected.Count;
            foreach (var rejected in result.Rejected)
                rejections.Add($"{rejected.TraceId}/{rejected.SpanId}", rejected.Reason);
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
