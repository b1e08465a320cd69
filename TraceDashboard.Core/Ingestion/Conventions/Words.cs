using System.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Conventions;

/// <summary>The words of a dialect for kinds of spans.</summary>
internal static class Words
{
    /// <param name="words">The commonest kinds first.</param>
    public static (byte[] Word, SpanKind Kind)[] Of(params (SpanKind Kind, string[] Words)[] words) =>
        [.. words.SelectMany(w => w.Words.Select(word => (Encoding.UTF8.GetBytes(word), w.Kind)))];

    /// <summary>Whatever the case of the word; null when it is none of them.</summary>
    public static SpanKind? Find((byte[] Word, SpanKind Kind)[] words, ReadOnlySpan<byte> word)
    {
        if (word.IsEmpty)
            return null;
        foreach (var (known, kind) in words)
        {
            if (Ascii.EqualsIgnoreCase(word, known))
                return kind;
        }

        return null;
    }
}
