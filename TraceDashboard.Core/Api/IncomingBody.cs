using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Api;

/// <summary>
/// The body of a request as it arrives, whoever reads it. Room is taken for what has arrived, never on a sender's word; a
/// body that is longer than its endpoint takes is refused, and so is one that does not get on.
/// </summary>
internal sealed class IncomingBody : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    private readonly PipeReader _inner;
    private readonly ByteReservation? _room;
    private readonly long _maxBytes;
    private readonly int _framing;
    private readonly BodyOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<Exception, Exception> _tell;
    private ReadOnlySequence<byte> _buffer;
    private long _consumed;
    private long _arrived;
    private ITimer? _clock;
    private long _sinceLook;
    private volatile bool _waits;
    private volatile bool _stalled;

    /// <param name="context">Of the request.</param>
    /// <param name="maxBytes">Most that are taken.</param>
    /// <param name="room">Where they are counted until whoever reads them is done with them; null when they are passed on as they come.</param>
    /// <param name="framing">Bytes around the message that do not count as part of it.</param>
    /// <param name="tell">Turns what is thrown into what the reader understands.</param>
    /// <exception cref="RequestRefusedException">The body is said to be longer.</exception>
    public IncomingBody(HttpContext context, long maxBytes, ByteReservation? room, int framing = 0, Func<Exception, Exception>? tell = null)
    {
        (_inner, _maxBytes, _room, _framing, _tell) = (context.Request.BodyReader, maxBytes, room, framing, tell ?? (static e => e));
        _options = context.RequestServices.GetRequiredService<IOptions<BodyOptions>>().Value;
        _time = context.RequestServices.GetRequiredService<TimeProvider>();

        // What the server would enforce it answers by closing the connection, or over HTTP/2 all that goes on in it.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (context.Request.ContentLength - framing > maxBytes)
            throw TooLarge("is", context.Request.ContentLength - framing, maxBytes, _options);
    }

    public PipeReader Reader => this;

    /// <summary>Whose room a request takes.</summary>
    public static Caller CallerOf(HttpContext context) =>
        context.User.Identities.OfType<IKeyHolder>().FirstOrDefault()?.KeyId is { } keyId ? new(keyId, null) : new(null, context.Connection.RemoteIpAddress);

    public static RequestRefusedException TooLarge(string verb, long? length, long maxBytes, BodyOptions options) => new(
        StatusCodes.Status413PayloadTooLarge,
        $"The body {verb} {(length is null ? "more than" : $"{length} bytes, more than")} {maxBytes} bytes{(maxBytes == options.MaxBytes ? " (Ingestion:MaxBodyBytes). Send less at once." : ", the most that is taken here.")}");

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = _inner.ReadAsync(cancellationToken);
        if (read.IsCompleted)
            return Take(await read);
        _waits = true;
        _clock ??= _time.CreateTimer(static body => ((IncomingBody)body!).Look(), this, _options.Patience, _options.Patience);
        var result = await read;
        _waits = false;
        return Take(result);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!_inner.TryRead(out result))
            return false;
        result = Take(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _buffer.Slice(0, consumed).Length;
        _buffer = default;
        _inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    public void Dispose() => _clock?.Dispose();

    private ReadResult Take(ReadResult result)
    {
        _buffer = result.Buffer;
        try
        {
            var arrived = _consumed + _buffer.Length;
            if (arrived - _framing > _maxBytes)
                throw TooLarge("is", null, _maxBytes, _options);
            if (_stalled && !result.IsCompleted)
            {
                throw new RequestRefusedException(
                    StatusCodes.Status408RequestTimeout, $"The body brought less than {_options.MinBytesPerSecond} bytes a second (Ingestion:MinBodyRate). Send it again.");
            }

            if (arrived > _arrived)
            {
                _room?.Arrive(arrived - _arrived);
                Interlocked.Add(ref _sinceLook, arrived - _arrived);
                _arrived = arrived;
            }

            if (result.IsCompleted)
                _clock?.Dispose();
            return result;
        }
        catch (Exception e)
        {
            AdvanceTo(_buffer.End);
            throw _tell(e);
        }
    }

    /// <summary>Wakes up the reader when it waits and too little has arrived since the last look.</summary>
    private void Look()
    {
        if (Interlocked.Exchange(ref _sinceLook, 0) >= _options.MinBytesPerSecond * _options.Patience.TotalSeconds || !_waits)
            return;
        _stalled = true;
        _inner.CancelPendingRead();
    }
}
