using System.Buffers.Text;

namespace TraceDashboard.Core.Text;

/// <summary>
/// Takes out of JSON what can be written in escapes only, and neither stored nor read back: <c>\u0000</c> goes, a lone
/// surrogate becomes U+FFFD. A backslash occurs in strings only, so no parser is needed.
/// </summary>
internal static class JsonEscapes
{
    /// <summary>The same memory when there is nothing to do.</summary>
    public static ReadOnlyMemory<byte> Clean(ReadOnlyMemory<byte> json)
    {
        if (!NeedsCleaning(json.Span))
            return json;

        var source = json.Span;
        var cleaned = new byte[source.Length];
        int read = 0, written = 0;
        while (read < source.Length)
        {
            if (source[read] != '\\' || read + 1 == source.Length)
            {
                cleaned[written++] = source[read++];
                continue;
            }

            var length = 2;
            var replacement = ReadOnlySpan<byte>.Empty;
            var drop = false;
            if (TryReadUnit(source[read..], out var unit))
            {
                length = 6;
                drop = unit == '\0';
                if (char.IsHighSurrogate(unit) && TryReadUnit(source[(read + 6)..], out var low) && char.IsLowSurrogate(low))
                    length = 12;
                else if (char.IsSurrogate(unit))
                    replacement = "\\uFFFD"u8;
            }

            if (!drop)
            {
                var text = replacement.IsEmpty ? source.Slice(read, length) : replacement;
                text.CopyTo(cleaned.AsSpan(written));
                written += text.Length;
            }

            read += length;
        }

        return cleaned.AsMemory(0, written);
    }

    private static bool NeedsCleaning(ReadOnlySpan<byte> json) =>
        json.IndexOf("\\u0000"u8) >= 0 || json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0;

    private static bool TryReadUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = '\0';
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u' || !Utf8Parser.TryParse(text.Slice(2, 4), out ushort value, out var consumed, 'x') || consumed != 4)
            return false;
        unit = (char)value;
        return true;
    }
}
