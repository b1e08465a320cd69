using System.IO.Hashing;
using System.Text;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>
/// Names of models, providers, services and spans come again and again: a small cache of the last ones spares a string for each.
/// Entries are replaced whole, so no lock is needed.
/// </summary>
internal static class TextCache
{
    private const int LongestCached = 64;
    private static readonly Entry?[] s_entries = new Entry?[2048];

    public static string Get(ReadOnlySpan<byte> utf8, int maxLength)
    {
        if (utf8.Length > LongestCached || utf8.Length > maxLength)
            return StorableText.Shorten(utf8, maxLength);
        ref var entry = ref s_entries[(int)XxHash3.HashToUInt64(utf8) & (s_entries.Length - 1)];
        var cached = entry;
        if (cached is not null && utf8.SequenceEqual(cached.Utf8))
            return cached.Text;
        cached = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        entry = cached;
        return cached.Text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
