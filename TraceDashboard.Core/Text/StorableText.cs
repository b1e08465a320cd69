using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace TraceDashboard.Core.Text;

/// <summary>
/// Makes text from outside storable on both databases: well-formed UTF-8 without NUL, no longer than a limit.
/// NUL is left out, what is not UTF-8 (lone surrogates too) becomes U+FFFD, also where JSON has them as escapes, and what is
/// too long is cut between two characters and ends in a mark that says so.
/// </summary>
public static class StorableText
{
    private const string Ellipsis = "…";
    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>Whether the text can be stored as it is.</summary>
    public static bool IsClean(ReadOnlySpan<byte> utf8) => !utf8.Contains((byte)0) && Utf8.IsValid(utf8);

    /// <summary>UTF-8 to UTF-8. A text longer than <paramref name="maxBytes"/> is cut there and gets the mark of a <see cref="ContentCut"/>.</summary>
    public static byte[] Clean(ReadOnlySpan<byte> utf8, int maxBytes)
    {
        var length = utf8.Length;
        if (!IsClean(utf8))
        {
            var cleaned = new ArrayBufferWriter<byte>(Math.Min(utf8.Length, maxBytes) + 64);
            WriteClean(utf8, cleaned, maxBytes);
            utf8 = cleaned.WrittenSpan;
        }

        utf8 = JsonEscapes.CleanText(utf8);
        if (utf8.Length <= maxBytes)
            return utf8.ToArray();

        var kept = CutPoint(utf8, maxBytes);
        var mark = new ContentCut(maxBytes, length).Mark;
        var result = new byte[kept + Encoding.UTF8.GetByteCount(mark)];
        utf8[..kept].CopyTo(result);
        Encoding.UTF8.GetBytes(mark, result.AsSpan(kept));
        return result;
    }

    /// <summary>A .NET string to UTF-8, see <see cref="Clean(ReadOnlySpan{byte}, int)"/>.</summary>
    public static byte[] ToUtf8(string text, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Clean(Encoding.UTF8.GetBytes(text), maxBytes);
    }

    /// <summary>A name, id or other short text: one that is longer than <paramref name="maxChars"/> ends in "…".</summary>
    public static string Shorten(ReadOnlySpan<byte> utf8, int maxChars)
    {
        // A character takes at most three bytes for each UTF-16 unit.
        if (utf8.Length > maxChars * 3L + 3)
            utf8 = utf8[..(maxChars * 3 + 3)];
        return Shorten(Encoding.UTF8.GetString(utf8), maxChars);
    }

    /// <inheritdoc cref="Shorten(ReadOnlySpan{byte}, int)"/>
    public static string Shorten(string text, int maxChars)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('\0', StringComparison.Ordinal))
            text = text.Replace("\0", "", StringComparison.Ordinal);
        text = WithoutLoneSurrogates(text);
        if (text.Length <= maxChars)
            return text;

        var kept = Math.Max(0, maxChars - Ellipsis.Length);
        if (kept > 0 && char.IsHighSurrogate(text[kept - 1]))
            kept--;
        return string.Concat(text.AsSpan(0, kept), Ellipsis);
    }

    /// <inheritdoc cref="Shorten(ReadOnlySpan{byte}, int)"/>
    public static string Shorten(string text, int maxChars, int maxBytes)
    {
        text = Shorten(text, maxChars);
        if (text.Length <= maxBytes / 3 || Encoding.UTF8.GetByteCount(text) <= maxBytes)
            return text;
        var utf8 = Encoding.UTF8.GetBytes(text);
        return string.Concat(Encoding.UTF8.GetString(utf8, 0, CutPoint(utf8, maxBytes - Encoding.UTF8.GetByteCount(Ellipsis))), Ellipsis);
    }

    /// <summary>What stands for the rest of a list or an object that was cut.</summary>
    public static string CutMark(int maxBytes) => string.Create(CultureInfo.InvariantCulture, $"… [cut at {maxBytes} bytes]");

    /// <summary>The largest length up to <paramref name="maxBytes"/> at which no character of a well-formed text is split.</summary>
    public static int CutPoint(ReadOnlySpan<byte> utf8, int maxBytes)
    {
        if (utf8.Length <= maxBytes)
            return utf8.Length;
        var length = Math.Max(0, maxBytes);
        while (length > 0 && (utf8[length] & 0xC0) == 0x80)
            length--;
        return length;
    }

    /// <summary>Writes the cleaned text, and stops soon after <paramref name="maxBytes"/> bytes.</summary>
    internal static void WriteClean(ReadOnlySpan<byte> utf8, IBufferWriter<byte> target, int maxBytes = int.MaxValue)
    {
        long written = 0;
        while (utf8.Length > 0 && written <= maxBytes)
        {
            var run = utf8.IndexOf((byte)0);
            run = run < 0 ? utf8.Length : run;
            written += WriteValid(utf8[..run], target, maxBytes - written);
            utf8 = utf8[Math.Min(run + 1, utf8.Length)..];
        }
    }

    private static long WriteValid(ReadOnlySpan<byte> utf8, IBufferWriter<byte> target, long maxBytes)
    {
        long written = 0;
        while (utf8.Length > 0 && written <= maxBytes)
        {
            var valid = ValidLength(utf8);
            target.Write(utf8[..valid]);
            written += valid;
            utf8 = utf8[valid..];
            if (utf8.Length == 0)
                break;

            _ = Rune.DecodeFromUtf8(utf8, out _, out var consumed);
            target.Write(Replacement);
            written += Replacement.Length;
            utf8 = utf8[consumed..];
        }

        return written;
    }

    private static int ValidLength(ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
            return utf8.Length;

        var length = 0;
        while (Rune.DecodeFromUtf8(utf8[length..], out _, out var consumed) == OperationStatus.Done)
            length += consumed;
        return length;
    }

    private static string WithoutLoneSurrogates(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                i++;
            else
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }
}
