using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceDashboard.Core.Text;

/// <summary>Reads JSON as clients send it: cut off at a limit, or not JSON at all.</summary>
public static class JsonText
{
    /// <summary>Longer texts are shown as they are, without an attempt to read them.</summary>
    public const int MaxLength = 8 * 1024 * 1024;

    private const int LineLength = 72;

    /// <summary>What stands in JSON outside of texts: numbers, <c>true</c>, <c>false</c>, <c>null</c>, and what is between them.</summary>
    private const string Literals = "0123456789+-.eEtrufalsn \t\r\n";

    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 128, AllowTrailingCommas = true };

    private static readonly JsonWriterOptions PrettyOptions = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 128,
    };

    private static readonly JsonWriterOptions LineOptions = PrettyOptions with { Indented = false };

    /// <summary>Parses an object or array; when the text ends in the middle, the part of it that is whole.</summary>
    /// <param name="truncated">Whether the end was missing.</param>
    /// <returns>Null when the text is not an object or array.</returns>
    public static JsonDocument? TryParse(string? text, out bool truncated)
    {
        truncated = false;
        if (text is null || text.Length > MaxLength || !LooksLikeJson(text))
            return null;
        if (TryParseWhole(text) is { } whole)
            return whole;
        truncated = true;
        return Close(WithoutCutMark(text)) is { } closed ? TryParseWhole(closed) : null;
    }

    /// <summary>The text as indented JSON; null when it is not an object or array.</summary>
    public static string? Pretty(string? text)
    {
        using var document = TryParse(text, out _);
        return document is null ? null : Write(document.RootElement);
    }

    /// <summary>JSON on one line where it fits, else indented.</summary>
    public static string Readable(JsonElement element)
    {
        var line = Line(element);
        return line.Length <= LineLength ? line : Write(element);
    }

    public static string Write(JsonElement element) => Write(element, PrettyOptions);

    public static string Line(JsonElement element) => Write(element, LineOptions);

    private static string Write(JsonElement element, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options))
            element.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static bool LooksLikeJson(string text)
    {
        var start = text.AsSpan().TrimStart();
        return start.Length > 0 && start[0] is '{' or '[';
    }

    private static JsonDocument? TryParseWhole(string text)
    {
        try
        {
            return JsonEscapes.Parse(text, ParseOptions);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Ingestion ends a text that it cuts with the mark of a <see cref="ContentCut"/>.</summary>
    private static string WithoutCutMark(string text)
    {
        var mark = text.LastIndexOf("… [cut at ", StringComparison.Ordinal);
        return mark >= 0 && mark >= text.Length - ContentCut.LongestMark ? text[..mark] : text;
    }

    /// <summary>
    /// Cuts a text that ends too early behind its last whole value, or inside its last string value, and closes what is open.
    /// Null when no value is whole.
    /// </summary>
    private static string? Close(string text)
    {
        var open = new List<char>();
        var lastWhole = -1;
        var openAtLastWhole = 0;
        var expectsKey = false;
        var i = 0;
        while (i < text.Length)
        {
            switch (text[i])
            {
                case '"':
                    var end = EndOfString(text, i, out var cut);
                    if (end < 0)
                        return expectsKey ? Closed(text, lastWhole, open, openAtLastWhole) : text[..cut] + '"' + Closers(open, open.Count);
                    i = end;
                    if (!expectsKey)
                        MarkWhole(i + 1);
                    break;
                case '{' or '[':
                    open.Add(text[i]);
                    expectsKey = text[i] == '{';
                    MarkWhole(i + 1);
                    break;
                case '}' or ']':
                    if (open.Count == 0)
                        return null;
                    open.RemoveAt(open.Count - 1);
                    MarkWhole(i + 1);
                    if (open.Count == 0)
                        return text[..(i + 1)];
                    break;
                case ':':
                    expectsKey = false;
                    break;
                case ',':
                    MarkWhole(i);
                    expectsKey = open is [.., '{'];
                    break;
                case var other when !Literals.Contains(other, StringComparison.Ordinal):
                    return null;
            }

            i++;
        }

        return Closed(text, lastWhole, open, openAtLastWhole);

        void MarkWhole(int position)
        {
            lastWhole = position;
            openAtLastWhole = open.Count;
        }
    }

    private static string? Closed(string text, int lastWhole, List<char> open, int openAtLastWhole) =>
        lastWhole < 0 ? null : text[..lastWhole] + Closers(open, openAtLastWhole);

    private static string Closers(List<char> open, int count) =>
        string.Create(count, open, static (closers, open) =>
        {
            for (var i = 0; i < closers.Length; i++)
                closers[i] = open[closers.Length - 1 - i] == '{' ? '}' : ']';
        });

    /// <summary>The index of the closing quote, or -1 and in <paramref name="cut"/> how much of the text is whole characters.</summary>
    private static int EndOfString(string text, int start, out int cut)
    {
        var i = start + 1;
        while (i < text.Length && text[i] != '"')
        {
            var length = text[i] != '\\' ? 1 : i + 1 < text.Length && text[i + 1] == 'u' ? 6 : 2;
            if (i + length > text.Length)
            {
                cut = i;
                return -1;
            }

            i += length;
        }

        cut = text.Length;
        return i < text.Length ? i : -1;
    }
}
