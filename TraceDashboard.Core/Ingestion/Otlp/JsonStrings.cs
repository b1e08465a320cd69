using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Reading strings of JSON that may hold anything: what <see cref="Utf8JsonReader"/> throws at (lone surrogates, invalid UTF-8) is replaced.</summary>
internal static class JsonStrings
{
    /// <summary>Writes the text of a string token, without escapes and cleaned.</summary>
    public static void WriteUnescaped(ReadOnlySpan<byte> raw, JsonBuffer target)
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

    /// <summary>The text of the current string or property name; valid until <paramref name="temp"/> is used again.</summary>
    public static ReadOnlySpan<byte> Read(in ValidJsonReader reader, JsonBuffer temp) => Read(reader.ValueSpan, reader.ValueIsEscaped, temp);

    /// <inheritdoc cref="Read(in ValidJsonReader, JsonBuffer)"/>
    public static ReadOnlySpan<byte> Read(in Utf8JsonReader reader, JsonBuffer temp) => Read(reader.ValueSpan, reader.ValueIsEscaped, temp);

    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> raw, bool isEscaped, JsonBuffer temp)
    {
        if (!isEscaped && StorableText.IsClean(raw))
            return raw;
        temp.Clear();
        WriteUnescaped(raw, temp);
        return temp.Written;
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
