using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Api;

/// <summary>Room that a request has taken in the budget of bytes in flight; given back when disposed.</summary>
public sealed class ByteReservation : IDisposable
{
    private readonly Admission _admission;
    private readonly Caller _caller;
    private long _held;

    internal ByteReservation(Admission admission, Caller caller) => (_admission, _caller) = (admission, caller);

    /// <summary>Takes room for bytes of the body as they arrive.</summary>
    /// <exception cref="UnavailableException">There is no room now, or the caller has its share.</exception>
    public void Arrive(long bytes)
    {
        if (!_admission.Budget.TryTakeArriving(_caller, _held, bytes))
            throw _admission.Full();
        _held += bytes;
    }

    /// <summary>Takes room for what is made of the body.</summary>
    /// <exception cref="UnavailableException">There is no room now.</exception>
    public void Grow(long bytes)
    {
        if (!_admission.Budget.TryTake(_caller, _held, bytes))
            throw _admission.Full();
        _held += bytes;
    }

    /// <summary>Gives room back before the end.</summary>
    public void Shrink(long bytes)
    {
        _admission.Budget.GiveBack(_caller, bytes);
        _held -= bytes;
    }

    public void Dispose() => _admission.Budget.GiveBack(_caller, Interlocked.Exchange(ref _held, 0));
}
