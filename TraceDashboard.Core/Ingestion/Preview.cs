using System.Text;
using TraceDashboard.Core.Traces.Messages;

namespace TraceDashboard.Core.Ingestion;

/// <summary>The first words of what was asked and answered, for lists: the text of a message where there is one, the raw content otherwise.</summary>
public static class Preview
{
    public const int Length = 200;

    /// <summary>Longer contents are not parsed for their first words' sake.</summary>
    private const int LongestParsed = 1 << 20;

    /// <summary>The text of the last thing that the user said.</summary>
    public static string? OfInput(ReadOnlySpan<byte> content) => Of(content, "user");

    /// <summary>The text of the answer.</summary>
    public static string? OfOutput(ReadOnlySpan<byte> content) => Of(content, "assistant");

    private static string? Of(ReadOnlySpan<byte> content, string role)
    {
        content = content.TrimStart(" \t\r\n"u8);
        if (content.IsEmpty)
            return null;
        if (content[0] is (byte)'{' or (byte)'[' && content.Length <= LongestParsed
            && MessageParser.Parse(Encoding.UTF8.GetString(content), role).Messages is { } messages
            && (TextOf(messages, role) ?? TextOf(messages, null)) is { } text)
            return OneLine(text);
        return OneLine(Text.Shorten(content, 4 * Length));
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

    private static string OneLine(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, Length + 1));
        foreach (var character in text)
        {
            if (line.Length > Length)
                break;
            if (!char.IsWhiteSpace(character))
                line.Append(character);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return Text.Shorten(line.ToString().TrimEnd(), Length);
    }
}
