using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Text;

/// <summary>Contents as they are stored.</summary>
internal static class JsonContent
{
    /// <summary>A text without its quotes; anything else as the JSON that was sent.</summary>
    public static byte[] Of(JsonElement value, int maxBytes) => value.ValueKind == JsonValueKind.String
        ? StorableText.ToUtf8(value.GetString()!, maxBytes)
        : StorableText.Clean(JsonMarshal.GetRawUtf8Value(value), maxBytes);

    public static string Cut(string text, int maxBytes) =>
        text.Length <= maxBytes / 3 ? text : Encoding.UTF8.GetString(StorableText.ToUtf8(text, maxBytes));
}
