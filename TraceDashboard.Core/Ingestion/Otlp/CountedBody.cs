using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>The body of a gRPC call. It takes room in the budget for what arrives, before the message is whole, and ends with an error past the limit.</summary>
internal sealed class CountedBody(PipeReader inner, IngestionPipeline pipeline, long maxMessageBytes) : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    /// <summary>A flag and the length, before the message.</summary>
    private const int PrefixBytes = 5;

    private IngestReservation? _reservation;
    private ReadOnlySequence<byte> _buffer;
    private long _consumed;
    private long _counted;

    public PipeReader Reader => this;

    /// <summary>The room that was taken; the caller gives it back.</summary>
    /// <exception cref="UnavailableException">The server is stopping.</exception>
    public IngestReservation TakeReservation()
    {
        var reservation = _reservation ?? pipeline.Reserve(0);
        _reservation = null;
        return reservation;
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Count(await inner.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        Count(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _buffer.Slice(0, consumed).Length;
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public void Dispose() => _reservation?.Dispose();

    private ReadResult Count(ReadResult result)
    {
        _buffer = result.Buffer;
        var arrived = _consumed + _buffer.Length;
        if (arrived - PrefixBytes > maxMessageBytes)
        {
            throw Refuse(OtlpOutcome.Failure(
                StatusCodes.Status413PayloadTooLarge, $"The message is longer than {maxMessageBytes} bytes (Ingestion:MaxBodyBytes). Send smaller batches."));
        }

        try
        {
            if (arrived > _counted)
            {
                _reservation ??= pipeline.Reserve(0);
                _reservation.Grow(arrived - _counted);
                _counted = arrived;
            }

            return result;
        }
        catch (UnavailableException e)
        {
            throw Refuse(OtlpOutcome.Failure(StatusCodes.Status503ServiceUnavailable, e.Message, e.RetryAfter));
        }
    }

    private Grpc.Core.RpcException Refuse(OtlpOutcome outcome)
    {
        inner.AdvanceTo(_buffer.End);
        return OtlpGrpcService.ToException(outcome);
    }
}
