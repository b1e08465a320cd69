using System.Collections.Concurrent;

namespace TraceDashboard.Core.Pricing;

/// <summary>The names by which a span tells what it called.</summary>
internal readonly record struct ModelNames(string? Provider, string? Response, string? Request);

/// <summary>Keeps what was found for names. The older half is dropped when it is full, so that a sender of random names costs no memory.</summary>
internal sealed class NameCache<T>
    where T : class
{
    /// <summary>Entries kept; twice as many at most.</summary>
    public const int Size = 4096;

    private volatile Generation _newest = new(null);

    public int Count => _newest.Entries.Count + (_newest.Older?.Count ?? 0);

    /// <summary>Allocates nothing for names that are known.</summary>
    public T GetOrAdd<TArgument>(ModelNames names, Func<ModelNames, TArgument, T> find, TArgument argument)
    {
        var generation = _newest;
        if (generation.Entries.TryGetValue(names, out var found))
            return found;
        if (generation.Older is null || !generation.Older.TryGetValue(names, out found))
            found = find(names, argument);
        if (generation.Entries.TryAdd(names, found) && Interlocked.Increment(ref generation.Added) >= Size)
            Interlocked.CompareExchange(ref _newest, new Generation(generation.Entries), generation);
        return found;
    }

    private sealed class Generation(ConcurrentDictionary<ModelNames, T>? older)
    {
        public int Added;

        public ConcurrentDictionary<ModelNames, T> Entries { get; } = new();

        public ConcurrentDictionary<ModelNames, T>? Older => older;
    }
}
