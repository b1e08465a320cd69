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

    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> raw, bool isEscaped, JsonBuffer temp)
    {
        if (!isEscaped && StorableText.IsClean(raw))
            return raw;
        temp.Clear();
        JsonUnescape.Write(raw, temp);
        return temp.Written;
    }
}
