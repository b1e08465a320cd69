using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Ingestion.Gateway;

/// <summary>Contents as they are stored, and the line that lists show of them.</summary>
internal static class GatewayText
{
    private const int PreviewLength = 200;

    /// <summary>A text without its quotes; anything else as the JSON that was sent.</summary>
    public static byte[] Content(JsonElement value, int maxBytes) => value.ValueKind == JsonValueKind.String
        ? Text.ToUtf8(value.GetString()!, maxBytes)
        : Text.Clean(JsonMarshal.GetRawUtf8Value(value), maxBytes);

    public static string Cut(string text, int maxBytes) =>
        text.Length <= maxBytes / 3 ? text : Encoding.UTF8.GetString(Text.ToUtf8(text, maxBytes));

    /// <summary>The first characters of a text, or of the last message of a role in a list of messages.</summary>
    public static string Preview(JsonElement value, ReadOnlySpan<byte> lastOfRole) =>
        Text.Shorten(TextOf(value, lastOfRole, depth: 0) ?? (value.ValueKind == JsonValueKind.String ? "" : value.GetRawText()), PreviewLength);

    private static string? TextOf(JsonElement value, ReadOnlySpan<byte> lastOfRole, int depth)
    {
        if (depth > 6)
            return null;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.GetString();
            case JsonValueKind.Object:
                foreach (var name in (ReadOnlySpan<string>)["content", "text", "parts", "messages", "message", "choices", "input", "output"])
                {
                    if (value.TryGetProperty(name, out var inner) && TextOf(inner, lastOfRole, depth + 1) is { } text)
                        return text;
                }

                return null;
            case JsonValueKind.Array:
                string? last = null, lastOfThatRole = null;
                foreach (var element in value.EnumerateArray())
                {
                    if (TextOf(element, lastOfRole, depth + 1) is not { } text)
                        continue;
                    if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("role"u8, out var role))
                    {
                        if (role.ValueKind == JsonValueKind.String && role.ValueEquals(lastOfRole))
                            lastOfThatRole = text;
                        last = text;
                    }
                    else
                    {
                        // Parts of one message read on from each other.
                        last = last is null ? text : last.Length > PreviewLength ? last : $"{last} {text}";
                    }
                }

                return lastOfThatRole ?? last;
            default:
                return null;
        }
    }
}
