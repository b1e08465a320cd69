using TraceDashboard.Core.Projects;

namespace TraceDashboard.Core.Api;

/// <summary>
/// Counts the bytes that are held of all requests and refuses what would go beyond the limit, and what would arrive of one
/// caller beyond its share, so that nobody keeps the others out. Whoever is alone is always let in: what is allowed at all
/// is not refused for ever.
/// </summary>
/// <param name="limit">Of all together.</param>
/// <param name="share">Of one caller.</param>
internal sealed class ByteBudget(long limit, long share)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Caller, long> _byCaller = [];
    private long _used;

    public long Used => Volatile.Read(ref _used);

    /// <summary>Takes room for bytes that arrive.</summary>
    /// <param name="caller">Who sends them.</param>
    /// <param name="held">What the same request has taken already.</param>
    /// <param name="bytes">What it takes beside.</param>
    public bool TryTakeArriving(Caller caller, long held, long bytes) => TryTake(caller, held, bytes, share);

    /// <summary>Takes room for what is made of bytes that have arrived: that takes no longer than the server needs for it.</summary>
    /// <inheritdoc cref="TryTakeArriving" />
    public bool TryTake(Caller caller, long held, long bytes) => TryTake(caller, held, bytes, long.MaxValue);

    public void GiveBack(Caller caller, long bytes)
    {
        if (bytes == 0)
            return;
        lock (_lock)
        {
            _used -= bytes;
            if ((_byCaller[caller] -= bytes) == 0)
                _byCaller.Remove(caller);
        }
    }

    private bool TryTake(Caller caller, long held, long bytes, long mostOfCaller)
    {
        lock (_lock)
        {
            var ofCaller = _byCaller.GetValueOrDefault(caller);
            if ((_used > held && bytes > limit - _used) || (ofCaller > held && bytes > mostOfCaller - ofCaller))
                return false;
            _used += bytes;
            _byCaller[caller] = ofCaller + bytes;
            return true;
        }
    }
}
