using Microsoft.Extensions.Options;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Api;

/// <summary>Lets requests in as far as there is room for what they bring.</summary>
public sealed class Admission
{
    private readonly TimeSpan _retryAfter;
    private readonly IRefusalCounter _refusals;
    private volatile bool _stopping;

    public Admission(IOptions<BodyOptions> options, IRefusalCounter refusals)
    {
        var limits = options.Value;
        _retryAfter = limits.RetryAfter;
        _refusals = refusals;
        Budget = new ByteBudget(limits.MaxBytesInFlight, Math.Max(limits.MaxBytesInFlight / BodyOptions.Callers, limits.MaxBytes));
    }

    /// <summary>Bytes held of requests that are not done yet.</summary>
    public long BytesInFlight => Budget.Used;

    internal ByteBudget Budget { get; }

    /// <summary>Lets a request in, which takes its room as its bytes arrive.</summary>
    /// <exception cref="UnavailableException">The server is stopping.</exception>
    public ByteReservation Enter(Caller caller)
    {
        if (!_stopping)
            return new ByteReservation(this, caller);
        _refusals.Refused("stopping");
        throw Stopping();
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Stop() => _stopping = true;

    internal UnavailableException Stopping() => new("The server is stopping; try again shortly.", _retryAfter);

    internal UnavailableException Full()
    {
        _refusals.Refused("overload");
        return new UnavailableException("Too much is being ingested at once, by all or by this caller (Ingestion:MaxBytesInFlight); try again shortly.", _retryAfter);
    }
}
