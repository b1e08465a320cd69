using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Text;

/// <summary>
/// Takes out of JSON what can be written in escapes only, and neither stored nor read back: <c>\u0000</c> goes, a lone
/// surrogate becomes U+FFFD. A backslash occurs in strings only, so no parser is needed.
/// </summary>
internal static class JsonEscapes
{
    private const int Length = 6;

    /// <summary>Cleans the bytes where they are.</summary>
    /// <returns>How many are left.</returns>
    public static int Clean(Span<byte> json)
    {
        var first = FindUnclean(json);
        if (first < 0)
            return json.Length;
        var written = first;
        for (var read = first; read < json.Length;)
        {
            var run = json[read..].IndexOf((byte)'\\');
            run = run < 0 ? json.Length - read : run;
            json.Slice(read, run).CopyTo(json[written..]);
            (read, written) = (read + run, written + run);
            if (read == json.Length)
                break;

            var length = Math.Min(LengthOf(json[read..], out var isClean), json.Length - read);
            ReadOnlySpan<byte> text = isClean ? json.Slice(read, length) : IsNul(json[read..]) ? default : "\\uFFFD"u8;
            text.CopyTo(json[written..]);
            (read, written) = (read + length, written + text.Length);
        }

        return written;
    }

    /// <summary>Whether there is nothing to take out.</summary>
    public static bool IsClean(ReadOnlySpan<byte> json) => FindUnclean(json) < 0;

    /// <summary>The same for a text that may be JSON. In any other text a backslash is a backslash.</summary>
    public static ReadOnlySpan<byte> CleanText(ReadOnlySpan<byte> text)
    {
        if (text.TrimStart(" \t\r\n"u8) is not [(byte)'{' or (byte)'[' or (byte)'"', ..] || IsClean(text) || !IsJson(text))
            return text;
        var copy = text.ToArray();
        return copy.AsSpan(0, Clean(copy));
    }

    /// <summary>JSON that somebody else has written, cleaned.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        return utf8.AsMemory(0, Clean(utf8));
    }

    /// <summary>Parses JSON that somebody else has written; all of its texts and names can be read.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonDocument Parse(string json, JsonDocumentOptions options) => JsonDocument.Parse(ToUtf8(json), options);

    /// <summary>Where the first escape is that has to go; -1 when there is none.</summary>
    private static int FindUnclean(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u0000"u8) < 0 && json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
            return -1;
        for (var at = 0; json[at..].IndexOf((byte)'\\') is >= 0 and var next;)
        {
            at += next;
            var length = LengthOf(json[at..], out var isClean);
            if (!isClean)
                return at;
            at = Math.Min(at + length, json.Length);
        }

        return -1;
    }

    /// <summary>How long the escape is with which the text begins, a pair of surrogates taken together.</summary>
    private static int LengthOf(ReadOnlySpan<byte> json, out bool isClean)
    {
        isClean = true;
        if (!TryReadUnit(json, out var unit))
            return 2;
        if (char.IsHighSurrogate(unit) && TryReadUnit(json[Length..], out var low) && char.IsLowSurrogate(low))
            return 2 * Length;
        isClean = unit != '\0' && !char.IsSurrogate(unit);
        return Length;
    }

    private static bool IsNul(ReadOnlySpan<byte> json) => TryReadUnit(json, out var unit) && unit == '\0';

    private static bool TryReadUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = '\0';
        if (text.Length < Length || text[0] != '\\' || text[1] != 'u' || !Utf8Parser.TryParse(text.Slice(2, 4), out ushort value, out var consumed, 'x') || consumed != 4)
            return false;
        unit = (char)value;
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 1000 });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
