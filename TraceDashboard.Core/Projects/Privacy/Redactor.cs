using System.Buffers;
using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>
/// Takes what a project's rules find out of texts. No text that it returns has a match of any rule: what stands for one match may make
/// another with its neighbours, so rules are applied until none finds anything. Thread-safe; what has no match is returned as it is,
/// without allocations.
/// </summary>
internal sealed class Redactor(IReadOnlyCollection<RedactionRule> rules) : IPieceRedactor
{
    /// <summary>Of a text in which the rules still find something after so many rounds nothing is kept.</summary>
    private const int MaxRounds = 4;

    private const string Everything = "[redacted]";
    private const int OnStack = 512;

    /// <summary>JSON in a string in JSON, as in arguments of tools, is read so deep.</summary>
    private const int MaxNesting = 4;

    private readonly RedactionRule[] _rules = [.. rules];

    private static readonly JsonReaderOptions s_readerOptions = new() { MaxDepth = 1000 };

    /// <summary>A text that is short enough to be a string.</summary>
    public string? Apply(string? text) => text is null ? null : Find(text, null, null) ?? text;

    /// <summary>An id: what stands for a match tells different ones apart, so that users stay users and calls stay calls.</summary>
    /// <param name="pseudonymOf">Eight characters that follow from the match, and tell nothing of it.</param>
    public string? ApplyToId(string? id, Func<string, string> pseudonymOf) => id is null
        ? null
        : Find(id, (match, rule) => $"{rule.Replacement.TrimEnd(']')}-{pseudonymOf(match)}{(rule.Replacement.EndsWith(']') ? "]" : "")}", null) ?? id;

    /// <summary>A content: plain text, or JSON, which stays JSON. The same array when there is nothing to do.</summary>
    public byte[]? Apply(byte[]? content, Action<RedactionRule>? found = null) =>
        content is null || content.Length == 0 ? content : ApplyToContent(content, found, MaxNesting) ?? content;

    /// <inheritdoc/>
    public bool ApplyToPieces(Span<string> pieces)
    {
        var changed = false;
        for (var round = 0; round < MaxRounds; round++)
        {
            var again = false;
            foreach (var rule in _rules)
            {
                var matches = rule.Find(string.Concat((ReadOnlySpan<string?>)pieces));
                for (var i = matches.Count - 1; i >= 0; i--)
                    ReplaceAcross(pieces, matches[i].Start, matches[i].Length, rule.Replacement);
                again |= matches.Count > 0;
            }

            again |= TakeRests(pieces);
            changed |= again;
            if (!again)
                return changed;
        }

        pieces.Fill("");
        pieces[0] = Everything;
        return true;
    }

    private static void ReplaceAcross(Span<string> pieces, int start, int length, string replacement)
    {
        for (int i = 0, at = 0, size; i < pieces.Length && at < start + length; i++, at += size)
        {
            size = pieces[i].Length;
            var from = Math.Clamp(start - at, 0, size);
            var to = Math.Clamp(start + length - at, 0, size);
            if (from == to)
                continue;
            pieces[i] = string.Concat(pieces[i].AsSpan(0, from), start >= at ? replacement : "", pieces[i].AsSpan(to));
        }
    }

    private bool TakeRests(Span<string> pieces)
    {
        var changed = false;
        for (int i = 1, border = pieces[0].Length; i < pieces.Length; border += pieces[i].Length, i++)
        {
            var text = string.Concat((ReadOnlySpan<string?>)pieces);
            foreach (var rule in _rules)
            {
                if (rule.Replacement.Length == 0)
                    continue;
                if (text.AsSpan(0, border).EndsWith(rule.Replacement) && rule.RestLength(text.AsSpan(border)) is > 0 and var rest)
                    ReplaceAcross(pieces, border, rest, "");
                else if (text.AsSpan(border).StartsWith(rule.Replacement) && rule.HeadLength(text.AsSpan(0, border)) is > 0 and var head)
                    ReplaceAcross(pieces, border - head, head, "");
                else
                    continue;
                changed = true;
                text = string.Concat((ReadOnlySpan<string?>)pieces);
                border = LengthOf(pieces[..i]);
            }
        }

        return changed;
    }

    private static int LengthOf(ReadOnlySpan<string> pieces)
    {
        var length = 0;
        foreach (var piece in pieces)
            length += piece.Length;
        return length;
    }

    private byte[]? ApplyToContent(ReadOnlySpan<byte> content, Action<RedactionRule>? found, int nesting)
    {
        var start = content.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty)
            return null;
        if (start[0] is not ((byte)'{' or (byte)'[' or (byte)'"'))
            return ApplyToText(content, found);
        return TryApplyToJson(content, found, nesting, out var redacted) ? redacted : ApplyToBroken(content, found, nesting);
    }

    private byte[]? ApplyToText(ReadOnlySpan<byte> utf8, Action<RedactionRule>? found) =>
        WithChars(utf8, found) is { } text ? Encoding.UTF8.GetBytes(text) : null;

    /// <summary>Copies everything but the strings and numbers that change.</summary>
    /// <returns>Whether it is JSON.</returns>
    private bool TryApplyToJson(ReadOnlySpan<byte> json, Action<RedactionRule>? found, int nesting, out byte[]? redacted)
    {
        redacted = null;
        JsonBuffer? result = null;
        var copied = 0;
        var renamed = 0;
        var reader = new Utf8JsonReader(json, s_readerOptions);
        try
        {
            while (reader.Read())
            {
                string? changed = null;
                var isName = reader.TokenType == JsonTokenType.PropertyName;
                if (isName || reader.TokenType == JsonTokenType.String)
                    changed = FindInString(ref reader, found, isName ? 0 : nesting);
                else if (reader.TokenType == JsonTokenType.Number)
                    changed = WithChars(reader.ValueSpan, found);
                if (changed is null)
                    continue;

                // Two names of one object must not become the same.
                if (isName && renamed++ > 0)
                    changed = $"{changed} {renamed}";
                result ??= new JsonBuffer();
                result.Write(json[copied..(int)reader.TokenStartIndex]);
                result.WriteString(changed);
                copied = (int)reader.TokenStartIndex + reader.ValueSpan.Length + (reader.TokenType == JsonTokenType.Number ? 0 : 2);
            }
        }
        catch (JsonException)
        {
            return false;
        }

        if (result is null)
            return true;
        result.Write(json[copied..]);
        redacted = result.ToArray();
        return true;
    }

    private string? FindInString(ref Utf8JsonReader reader, Action<RedactionRule>? found, int nesting)
    {
        if (!reader.ValueIsEscaped)
            return WithChars(reader.ValueSpan, found);
        var buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            ReadOnlySpan<byte> text = buffer.AsSpan(0, reader.CopyString(buffer));

            // Its own escapes could hide something.
            if (nesting > 0 && text.Contains((byte)'\\') && text.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])
                return ApplyToContent(text, found, nesting - 1) is { } inner ? Encoding.UTF8.GetString(inner) : null;
            return WithChars(text, found);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape: what is there cannot be read as text, so it is looked at as it stands.
            return WithChars(reader.ValueSpan, found);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What begins like JSON and is none, or not all of it: strings as far as they can be told, and what lies between them as plain text.</summary>
    private byte[]? ApplyToBroken(ReadOnlySpan<byte> text, Action<RedactionRule>? found, int nesting)
    {
        JsonBuffer? result = null;
        var copied = 0;
        for (var at = 0; at < text.Length;)
        {
            var quote = text[at..].IndexOf((byte)'"');
            var end = quote < 0 ? text.Length : at + quote;
            Replace(text, at, end, WithChars(text[at..end], found) is { } plain ? Encoding.UTF8.GetBytes(plain) : null);
            if (quote < 0)
                break;
            at = EndOfString(text, end);

            // A string that is cut off has no end; it is completed to be read, and what is put back has no end either.
            var isWhole = at <= text.Length && at > end + 1 && text[at - 1] == '"' && !EndsInEscape(text[(end + 1)..(at - 1)]);
            var literal = isWhole ? text[end..at] : (ReadOnlySpan<byte>)[.. WithoutHalfEscape(text[end..at]), (byte)'"'];
            if (TryApplyToJson(literal, found, nesting, out var inner))
                Replace(text, end, at, inner is null ? null : isWhole ? inner : inner[..^1]);
            else
                Replace(text, end, at, ApplyToText(text[end..at], found));
        }

        if (result is null)
            return null;
        result.Write(text[copied..]);

        // Strings alone are clean; seen as one text they may not be, where quotes are no quotes.
        var written = result.ToArray();
        return ApplyToText(written, found) ?? written;

        void Replace(ReadOnlySpan<byte> text, int from, int to, byte[]? replacement)
        {
            if (replacement is null)
                return;
            result ??= new JsonBuffer();
            result.Write(text[copied..from]);
            result.Write(replacement);
            copied = to;
        }
    }

    private static int EndOfString(ReadOnlySpan<byte> text, int quote)
    {
        for (var i = quote + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                return i + 1;
        }

        return text.Length;
    }

    private static bool EndsInEscape(ReadOnlySpan<byte> text)
    {
        var backslashes = 0;
        while (backslashes < text.Length && text[^(backslashes + 1)] == '\\')
            backslashes++;
        return backslashes % 2 == 1;
    }

    /// <summary>Without an escape that has no end: a backslash alone, or a \u with less than four digits.</summary>
    private static ReadOnlySpan<byte> WithoutHalfEscape(ReadOnlySpan<byte> text)
    {
        if (EndsInEscape(text))
            return text[..^1];
        for (var length = 2; length < 6 && length <= text.Length; length++)
        {
            if (text[^length] == '\\' && text[^(length - 1)] == 'u' && !EndsInEscape(text[..^length]))
                return text[..^length];
        }

        return text;
    }

    private string? WithChars(ReadOnlySpan<byte> utf8, Action<RedactionRule>? found)
    {
        char[]? rented = null;
        var chars = utf8.Length <= OnStack ? stackalloc char[OnStack] : rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            return Find(chars[..Encoding.UTF8.GetChars(utf8, chars)], null, found);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<char>.Shared.Return(rented);
        }
    }

    /// <summary>The text without what the rules find; null when they find nothing.</summary>
    private string? Find(ReadOnlySpan<char> text, Func<string, RedactionRule, string>? replacementOf, Action<RedactionRule>? found)
    {
        string? current = null;
        for (var round = 0; round < MaxRounds; round++)
        {
            var changed = false;
            foreach (var rule in _rules)
            {
                if (rule.Apply(current is null ? text : current, replacementOf, found) is not { } next)
                    continue;
                current = next;
                changed = true;
            }

            if (!changed)
                return current;
        }

        return Everything;
    }
}
