namespace TraceDashboard.Core.Ingestion;

/// <summary>Counts the bytes that are held at once and refuses what would go beyond.</summary>
internal sealed class ByteBudget(long limit)
{
    private long _used;

    public long Used => Volatile.Read(ref _used);

    public bool TryTake(long bytes)
    {
        while (true)
        {
            var used = Volatile.Read(ref _used);
            if (used + bytes > limit)
                return false;
            if (Interlocked.CompareExchange(ref _used, used + bytes, used) == used)
                return true;
        }
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _used, -bytes);
}
