using System.Text;

namespace TraceDashboard.Core.Text;

/// <summary>Strings of JSON without their escapes. What no parser makes a text of (lone surrogates, invalid UTF-8) is replaced.</summary>
internal static class JsonUnescape
{
    /// <summary>Writes the text of a string token, without escapes and cleaned.</summary>
    public static void Write(ReadOnlySpan<byte> raw, JsonBuffer target)
    {
        var start = target.Length;
        var text = target.GetSpan(raw.Length);
        var length = 0;
        while (raw.Length > 0)
        {
            var run = raw.IndexOf((byte)'\\');
            run = run < 0 ? raw.Length : run;
            raw[..run].CopyTo(text[length..]);
            length += run;
            raw = raw[run..];
            if (raw.Length < 2)
                break;

            if (raw[1] == 'u')
            {
                raw = raw[WriteCharacter(raw, text, ref length)..];
                continue;
            }

            text[length++] = raw[1] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                var itself => itself,
            };
            raw = raw[2..];
        }

        target.Advance(length);
        if (StorableText.IsClean(text[..length]))
            return;
        var unclean = text[..length].ToArray();
        target.Truncate(start);
        StorableText.WriteClean(unclean, target);
    }

    /// <summary>No more of a string than its beginning, to be cut by the caller: one character more than asked for says that there is a rest.</summary>
    /// <param name="raw">Without its quotes.</param>
    /// <param name="maxChars">Characters of UTF-16.</param>
    public static string Beginning(ReadOnlySpan<byte> raw, int maxChars)
    {
        // A character takes at most the six bytes of an escape; where the cut splits one, that lies beyond what is kept.
        var whole = (maxChars + 3L) * 6;
        if (raw.Length > whole)
        {
            raw = raw[..(int)whole];
            if (raw[^6..].LastIndexOf((byte)'\\') is >= 0 and var split)
                raw = raw[..^(6 - split)];
        }

        var buffer = new JsonBuffer();
        Write(raw, buffer);
        var text = Encoding.UTF8.GetString(buffer.Written);
        return text.Length <= maxChars + 1 ? text : text[..(maxChars + 1)];
    }

    private static int WriteCharacter(ReadOnlySpan<byte> raw, Span<byte> text, ref int written)
    {
        var length = 6;
        var unit = Unit(raw);
        var rune = Rune.ReplacementChar;
        if (char.IsHighSurrogate(unit) && raw.Length >= 12 && raw[6] == '\\' && raw[7] == 'u' && Rune.TryCreate(unit, Unit(raw[6..]), out var pair))
            (rune, length) = (pair, 12);
        else if (Rune.TryCreate(unit, out var single))
            rune = single;

        if (rune.Value != 0)
            written += rune.EncodeToUtf8(text[written..]);
        return length;
    }

    // The tokenizer has checked the four digits.
    private static char Unit(ReadOnlySpan<byte> escape)
    {
        var value = 0;
        foreach (var digit in escape.Slice(2, 4))
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return (char)value;
    }
}
