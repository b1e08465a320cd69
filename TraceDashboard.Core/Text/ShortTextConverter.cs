using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Text;

/// <summary>Reads no more of a text than its beginning, see <see cref="JsonUnescape.Beginning"/>: what is longer is cut or refused anyway.</summary>
internal sealed class ShortTextConverter(int maxChars) : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException();
        return reader.ValueSpan.Length <= maxChars ? reader.GetString() : JsonUnescape.Beginning(reader.ValueSpan, maxChars);
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
