using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Ingestion.Otlp;

/// <summary>Reading strings of JSON that may hold anything: what <see cref="Utf8JsonReader"/> throws at (lone surrogates, invalid UTF-8) is replaced.</summary>
internal static class JsonStrings
{
    /// <summary>The text of the current string or property name; valid until <paramref name="temp"/> is used again.</summary>
    public static ReadOnlySpan<byte> Read(in ValidJsonReader reader, JsonBuffer temp) => Read(reader.ValueSpan, reader.ValueIsEscaped, temp);

    /// <inheritdoc cref="Read(in ValidJsonReader, JsonBuffer)"/>
    public static ReadOnlySpan<byte> Read(in Utf8JsonReader reader, JsonBuffer temp) => Read(reader.ValueSpan, reader.ValueIsEscaped, temp);

    /// <summary>A property name as OTLP spells it: some exporters write <c>resource_spans</c>, as the protobuf definitions do, for <c>resourceSpans</c>.</summary>
    public static ReadOnlySpan<byte> ReadName(in ValidJsonReader reader, JsonBuffer temp) => InCamelCase(Read(reader, temp), temp);

    /// <inheritdoc cref="ReadName(in ValidJsonReader, JsonBuffer)"/>
    public static ReadOnlySpan<byte> ReadName(in Utf8JsonReader reader, JsonBuffer temp) => InCamelCase(Read(reader, temp), temp);

    private static ReadOnlySpan<byte> InCamelCase(ReadOnlySpan<byte> name, JsonBuffer temp)
    {
        if (!name.Contains((byte)'_'))
            return name;
        var snake = name.ToArray();
        temp.Clear();
        for (var i = 0; i < snake.Length; i++)
        {
            if (snake[i] != '_')
                temp.Write(i > 0 && snake[i - 1] == '_' && char.IsAsciiLetterLower((char)snake[i]) ? (byte)(snake[i] - 0x20) : snake[i]);
        }

        return temp.Written;
    }

    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> raw, bool isEscaped, JsonBuffer temp)
    {
        if (!isEscaped && StorableText.IsClean(raw))
            return raw;
        temp.Clear();
        JsonUnescape.Write(raw, temp);
        return temp.Written;
    }
}
