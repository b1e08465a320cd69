using System.Runtime.InteropServices;

namespace TraceDashboard.Core.Merge;

/// <summary>
/// Updates by what they are about. Those of one thing are joined all at once: one after another, many would cost
/// quadratically. They stay as they came, because a batch that is refused is written again in parts.
/// </summary>
internal sealed class UpdatesBy<TKey, T>(Func<ReadOnlySpan<T>, T> join)
    where TKey : notnull
{
    private readonly Dictionary<TKey, T> _updates = [];
    private Dictionary<TKey, List<T>>? _repeated;

    public void Add(TKey key, T update)
    {
        if (_updates.TryAdd(key, update))
            return;
        _repeated ??= [];
        if (!_repeated.TryGetValue(key, out var updates))
            _repeated[key] = updates = [_updates[key]];
        updates.Add(update);
    }

    /// <summary>Each key once.</summary>
    public Dictionary<TKey, T> Join()
    {
        foreach (var (key, updates) in _repeated ?? [])
            _updates[key] = join(CollectionsMarshal.AsSpan(updates));
        _repeated = null;
        return _updates;
    }
}
