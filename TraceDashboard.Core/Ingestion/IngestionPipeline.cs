namespace TraceDashboard.Core.Ingestion;

/// <summary>
/// The one way in. A sender first reserves room for its bytes, decodes, and writes; the answer comes after the commit.
/// What waits while a commit runs becomes the next transaction.
/// </summary>
public sealed class IngestionPipeline
{
    /// <summary>Takes room for that many bytes of a request's body.</summary>
    /// <exception cref="IngestionUnavailableException">There is no room now, or the server is stopping.</exception>
    public IngestReservation Reserve(long bodyBytes) => throw new NotSupportedException(bodyBytes.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Stores a batch; returns when it is durable.</summary>
    /// <exception cref="IngestionUnavailableException">The store cannot be reached, or the server is stopping; nothing was stored.</exception>
    public Task<IngestResult> WriteAsync(IngestBatch batch, CancellationToken cancellationToken) => throw new NotSupportedException(batch?.ToString() + cancellationToken);
}

/// <summary>Room taken in the budget of bytes in flight; given back when disposed.</summary>
public sealed class IngestReservation : IDisposable
{
    /// <summary>Takes more, as a compressed or chunked body turns out to be longer.</summary>
    /// <exception cref="IngestionUnavailableException">There is no room now.</exception>
    public void Grow(long bodyBytes) => throw new NotSupportedException(bodyBytes.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose()
    {
    }
}
