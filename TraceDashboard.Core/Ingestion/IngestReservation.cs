using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Ingestion;

/// <summary>Room taken in the budget of bytes in flight; given back when disposed.</summary>
public sealed class IngestReservation : IDisposable
{
    // A body is held twice: as it came, and decoded.
    private const int Copies = 2;

    private readonly ByteBudget _budget;
    private readonly TimeSpan _retryAfter;
    private readonly IngestionMetrics _metrics;
    private long _taken;

    internal IngestReservation(ByteBudget budget, TimeSpan retryAfter, IngestionMetrics metrics)
    {
        _budget = budget;
        _retryAfter = retryAfter;
        _metrics = metrics;
    }

    /// <summary>Takes more, as a compressed or chunked body turns out to be longer.</summary>
    /// <exception cref="UnavailableException">There is no room now.</exception>
    public void Grow(long bodyBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bodyBytes);
        if (!_budget.TryTake(bodyBytes * Copies))
        {
            _metrics.Refused("overload");
            throw new UnavailableException("Too much is being ingested at once (Ingestion:MaxBytesInFlight); try again shortly.", _retryAfter);
        }

        Interlocked.Add(ref _taken, bodyBytes * Copies);
    }

    public void Dispose() => _budget.GiveBack(Interlocked.Exchange(ref _taken, 0));
}
