using System.Text;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces;

/// <summary>
/// The limit of all ids, of traces, spans, scores, sessions and users alike: an entry of an index may have 2 704 bytes on PostgreSQL,
/// and there are entries with two ids in them.
/// </summary>
public static class Ids
{
    /// <summary>In characters.</summary>
    public const int MaxLength = 800;

    /// <summary>In bytes of UTF-8.</summary>
    public const int MaxBytes = 1_200;

    /// <summary>What an id must be, to be said after its name.</summary>
    public const string Rule = "must have 1 to 800 characters, at most 1200 bytes of UTF-8, and no carriage return";

    public static bool IsValid(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length is > 0 and <= MaxLength && Encoding.UTF8.GetByteCount(id) <= MaxBytes && !id.Contains('\r', StringComparison.Ordinal);
    }

    /// <summary>The id of a session or user, which what belongs to it only tells along: one that is too long is cut and costs nothing else.</summary>
    public static string Cut(string id) => StorableText.Shorten(id, MaxLength, MaxBytes);
}
