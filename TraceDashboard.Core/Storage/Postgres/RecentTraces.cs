namespace TraceDashboard.Core.Storage.Postgres;

/// <summary>
/// The numbers of traces that were written lately. What it says was true once: whoever builds on it compares it with the locked key.
/// </summary>
internal sealed class RecentTraces
{
    /// <summary>At least so many are remembered, and at most twice as many.</summary>
    private const int Capacity = 20_000;

    private readonly Lock _lock = new();
    private Dictionary<(int ProjectId, string TraceId), long> _young = [];
    private Dictionary<(int ProjectId, string TraceId), long> _old = [];

    /// <summary>The numbers in the order of the keys; null when one is not remembered.</summary>
    public long[]? Find(IReadOnlyList<(int ProjectId, string TraceId)> keys)
    {
        var numbers = new long[keys.Count];
        lock (_lock)
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                if (!_young.TryGetValue(keys[i], out numbers[i]) && !_old.TryGetValue(keys[i], out numbers[i]))
                    return null;
            }
        }

        return numbers;
    }

    public void Add(IReadOnlyList<(int ProjectId, string TraceId)> keys, LockedTrace[] traces)
    {
        lock (_lock)
        {
            for (var i = 0; i < traces.Length; i++)
            {
                if (!traces[i].IsDeleted)
                    _young[keys[i]] = traces[i].TraceNo;
            }

            if (_young.Count >= Capacity)
                (_young, _old) = ([], _young);
        }
    }
}
