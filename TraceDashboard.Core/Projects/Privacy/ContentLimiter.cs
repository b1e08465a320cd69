using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>Cuts texts in JSON that are longer than a project wants to keep; each ends in a mark that says what it was, see <see cref="ContentCut"/>.</summary>
internal static class ContentLimiter
{
    /// <summary>An attribute with arrays and objects in it is a text too: its JSON.</summary>
    /// <param name="json">An object, or an array of objects.</param>
    /// <param name="attributeDepth">How deep the attributes are in it: 1 for those of a span, 3 for those of its events.</param>
    public static byte[]? Apply(byte[]? json, int attributeDepth, int maxBytes)
    {
        if (json is null || json.Length <= maxBytes)
            return json;
        JsonBuffer? result = null;
        var copied = 0;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            byte[]? cut = null;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth == attributeDepth)
            {
                var inner = reader;
                inner.Skip();
                var length = (int)inner.BytesConsumed - start;
                if (length <= maxBytes)
                    continue;
                cut = StorableText.Clean(json.AsSpan(start, length), maxBytes);
                reader = inner;
            }
            else if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > maxBytes && TextOf(ref reader) is { } text && Encoding.UTF8.GetByteCount(text) > maxBytes)
            {
                cut = StorableText.ToUtf8(text, maxBytes);
            }

            if (cut is null)
                continue;
            result ??= new JsonBuffer();
            result.Write(json.AsSpan(copied, start - copied));
            result.WriteString(cut);
            copied = (int)reader.BytesConsumed;
        }

        if (result is null)
            return json;
        result.Write(json.AsSpan(copied));
        return result.ToArray();
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in an escape.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
