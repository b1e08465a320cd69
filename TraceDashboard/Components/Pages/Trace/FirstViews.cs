using Microsoft.Extensions.Caching.Memory;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Components.Pages.Trace;

/// <summary>What the response to a request for a trace's page shows; the tree is in <see cref="TraceTreeCache"/>.</summary>
/// <param name="Content">Of the span that the address names.</param>
public sealed record FirstView(TraceDetails Trace, IReadOnlyList<Score> Scores, SpanContent? Content);

/// <summary>
/// Holds what responses have shown until the interactive pages take their place, so that they show the same at once. Held here and
/// not in the response: the browser would have to send it back, in a message of the circuit, which takes 32 kB at most.
/// </summary>
public sealed class FirstViews : IDisposable
{
    /// <summary>Views that are held at most; a page whose view is not held begins with a skeleton.</summary>
    public const int Most = 100;

    // A browser that takes longer has shown nothing meanwhile, or does not run scripts.
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    private readonly MemoryCache _views = new(new MemoryCacheOptions { SizeLimit = Most });

    /// <returns>The key to <see cref="Take"/> it with.</returns>
    public string Keep(FirstView view)
    {
        var key = Guid.NewGuid().ToString("N");
        _views.Set(key, view, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = KeptFor });
        return key;
    }

    /// <summary>Once for each key; null when it is no longer held.</summary>
    public FirstView? Take(string? key)
    {
        if (key is null || !_views.TryGetValue(key, out FirstView? view))
            return null;
        _views.Remove(key);
        return view;
    }

    public void Dispose() => _views.Dispose();
}
