using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Ingestion.Gateway;

/// <summary>Contents as they are stored.</summary>
internal static class GatewayText
{
    /// <summary>A text without its quotes; anything else as the JSON that was sent.</summary>
    public static byte[] Content(JsonElement value, int maxBytes) => value.ValueKind == JsonValueKind.String
        ? Text.ToUtf8(value.GetString()!, maxBytes)
        : Text.Clean(JsonMarshal.GetRawUtf8Value(value), maxBytes);

    public static string Cut(string text, int maxBytes) =>
        text.Length <= maxBytes / 3 ? text : Encoding.UTF8.GetString(Text.ToUtf8(text, maxBytes));
}
