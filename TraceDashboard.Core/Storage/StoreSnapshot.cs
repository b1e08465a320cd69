using System.Data.Common;

namespace TraceDashboard.Core.Storage;

/// <summary>
/// Something small of the store that every request needs, held in memory and read again once a second at most: a request runs no
/// SQL for it, and what another process has changed is known within a second; what this one has, at once.
/// </summary>
/// <param name="read">Reads it; gets what was read before, or null.</param>
/// <param name="failed">Told when it could not be read; what was known before stands until the store answers again.</param>
/// <param name="unavailable">What callers are told while it has never been read.</param>
internal sealed class StoreSnapshot<T>(TimeProvider time, Func<T?, Task<T>> read, Action<Exception> failed, string unavailable)
    where T : class
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Known? _known;
    private Task<T>? _reading;
    private int _forgotten;

    /// <exception cref="UnavailableException">It has not been read yet and the store does not answer.</exception>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken)
    {
        Task<T> reading;
        lock (_gate)
        {
            var age = _known is not { IsCurrent: true } ? TimeSpan.MaxValue : time.GetElapsedTime(_known.ReadAt);
            if (age < Lifetime / 2)
                return new(_known!.Value);

            // Read ahead at half the lifetime, so that under load nobody waits.
            _reading ??= ReadAsync(_forgotten);
            if (age < Lifetime)
                return new(_known!.Value);
            reading = _reading;
        }

        return new(reading.WaitAsync(cancellationToken));
    }

    /// <summary>Has it read again before the next caller gets it: it was changed.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _forgotten++;
            _reading = null;
            _known = _known is { } known ? known with { IsCurrent = false } : null;
        }
    }

    /// <param name="forgotten">Of the moment that the reading began: when it is another at the end, what was read may be old.</param>
    private async Task<T> ReadAsync(int forgotten)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var readAt = time.GetTimestamp();
            var value = await read(_known?.Value);
            lock (_gate)
            {
                if (forgotten == _forgotten)
                    _known = new Known(readAt, IsCurrent: true, value);
            }

            return value;
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
        {
            // Nothing can be stored now either.
            failed(e);
            lock (_gate)
            {
                if (_known is null)
                    throw new UnavailableException(unavailable, Lifetime, e);
                _known = _known with { ReadAt = time.GetTimestamp(), IsCurrent = true };
                return _known.Value;
            }
        }
        finally
        {
            lock (_gate)
            {
                if (forgotten == _forgotten)
                    _reading = null;
            }
        }
    }

    private sealed record Known(long ReadAt, bool IsCurrent, T Value);
}
