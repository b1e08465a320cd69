using System.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Text;

/// <summary>Contents as they are stored.</summary>
internal static class JsonContent
{
    /// <summary>A text without its quotes; anything else as the JSON that was sent.</summary>
    public static byte[] Of(JsonSlice value, int maxBytes)
    {
        if (value.ValueKind != JsonValueKind.String)
            return StorableText.Clean(value.Raw, maxBytes);
        var text = value.Raw[1..^1];
        if (!text.Contains((byte)'\\'))
            return StorableText.Clean(text, maxBytes);
        var buffer = new JsonBuffer();
        JsonUnescape.Write(text, buffer);
        return StorableText.Clean(buffer.Written, maxBytes);
    }

    /// <inheritdoc cref="Of" />
    public static string TextOf(JsonSlice value, int maxBytes) => Encoding.UTF8.GetString(Of(value, maxBytes));

    public static string Cut(string text, int maxBytes) =>
        text.Length <= maxBytes / 3 ? text : Encoding.UTF8.GetString(StorableText.ToUtf8(text, maxBytes));

    /// <summary>Whether an object has more members than that, at all depths together.</summary>
    /// <param name="json">Known to be valid.</param>
    /// <param name="most">Members.</param>
    public static bool HasMoreMembers(ReadOnlySpan<byte> json, int most)
    {
        // The shortest member has four bytes.
        if (json.Length / 4 <= most)
            return false;
        var count = 0;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        while (reader.Read())
            count += reader.TokenType == JsonTokenType.PropertyName ? 1 : 0;
        return count > most;
    }
}
