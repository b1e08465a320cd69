using System.Buffers;
using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Traces.Messages;

/// <summary>The first words of what was asked and answered, for lists: the text of a message where there is one, the raw content otherwise.</summary>
public static class Preview
{
    public const int Length = 200;

    /// <summary>Longer contents are not parsed for their first words' sake.</summary>
    private const int LongestParsed = 1 << 20;

    /// <summary>The text of the last thing that the user said.</summary>
    public static string? OfInput(ReadOnlySpan<byte> content) => Of(content, "user", "user"u8);

    /// <summary>The text of the answer.</summary>
    public static string? OfOutput(ReadOnlySpan<byte> content) => Of(content, "assistant", "assistant"u8);

    private static string? Of(ReadOnlySpan<byte> content, string role, ReadOnlySpan<byte> roleUtf8)
    {
        content = content.TrimStart(" \t\r\n"u8);
        if (content.IsEmpty)
            return null;
        if (content[0] is (byte)'{' or (byte)'[' && content.Length <= LongestParsed)
        {
            if (OfPlainList(content, roleUtf8) is { } quick)
                return quick;
            if (MessageParser.Parse(Encoding.UTF8.GetString(content), role).Messages is { } messages && (TextOf(messages, role) ?? TextOf(messages, null)) is { } text)
                return OneLine(Encoding.UTF8.GetBytes(text));
        }

        return OneLine(content);
    }

    /// <summary>
    /// The answer that <see cref="MessageParser"/> would lead to, for the commonest shape, without building its messages: a list in which
    /// every element names its role, and the last one of that role begins with a text. Null for anything else.
    /// </summary>
    private static string? OfPlainList(ReadOnlySpan<byte> json, ReadOnlySpan<byte> role)
    {
        if (json[0] != '[')
            return null;
        var reader = new Utf8JsonReader(json);
        try
        {
            _ = reader.Read();
            var body = default(Range);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!ReadMessage(ref reader, role, out var isOfRole, out var content))
                    return null;
                if (isOfRole)
                    body = content;
            }

            return reader.TokenType == JsonTokenType.EndArray && body.End.Value > 0 ? FirstText(json[body]) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool ReadMessage(ref Utf8JsonReader reader, ReadOnlySpan<byte> role, out bool isOfRole, out Range content)
    {
        (isOfRole, content) = (false, default);
        var hasRole = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRole = reader.ValueTextEquals("role"u8);
            var isContent = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("parts"u8);
            var isPlain = isRole || isContent || reader.ValueTextEquals("finish_reason"u8) || reader.ValueTextEquals("name"u8);
            _ = reader.Read();
            if (!isPlain || (isRole && reader.TokenType != JsonTokenType.String) || (isContent && content.End.Value > 0))
                return false;
            hasRole |= isRole;
            if (isRole)
                isOfRole = reader.ValueTextEquals(role);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isContent)
                content = start..(int)reader.BytesConsumed;
        }

        return hasRole && content.End.Value > 0;
    }

    private static string? FirstText(ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        _ = reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return Unescaped(reader);
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        string? text = null;
        var isText = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isBody = reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("content"u8);
            _ = reader.Read();
            if (!(isType || isBody) || reader.TokenType != JsonTokenType.String || (isBody && text is not null))
                return null;
            if (isType)
                isText = reader.ValueTextEquals("text"u8);
            else
                text = Unescaped(reader);
        }

        return isText ? text : null;
    }

    /// <summary>Null when there is nothing to see, or when the text is a list of parts itself.</summary>
    private static string? Unescaped(Utf8JsonReader reader)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            ReadOnlySpan<byte> text = buffer.AsSpan(0, reader.CopyString(buffer));
            return text.TrimStart(" \t\r\n"u8).StartsWith("[{"u8) || OneLine(text) is not { Length: > 0 } line ? null : line;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape.
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? TextOf(IReadOnlyList<Message> messages, string? role)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (role is not null && messages[i].Role != role)
                continue;
            foreach (var part in messages[i].Parts)
            {
                if (part is TextPart { Text: var text } && !string.IsNullOrWhiteSpace(text))
                    return text;
            }
        }

        return null;
    }

    private static string OneLine(ReadOnlySpan<byte> text)
    {
        Span<char> line = stackalloc char[Length + 3];
        var length = 0;
        while (length <= Length && !text.IsEmpty)
        {
            _ = Rune.DecodeFromUtf8(text, out var rune, out var used);
            text = text[used..];
            if (!Rune.IsWhiteSpace(rune))
                length += rune.EncodeToUtf16(line[length..]);
            else if (length > 0 && line[length - 1] != ' ')
                line[length++] = ' ';
        }

        return StorableText.Shorten(line[..length].TrimEnd().ToString(), Length);
    }
}
