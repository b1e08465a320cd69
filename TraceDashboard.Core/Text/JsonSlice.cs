using System.Buffers.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Text;

/// <summary>A value in JSON that is known to be valid. Nothing of it is copied or parsed before it is asked for.</summary>
/// <param name="json">The value alone, without space around it.</param>
internal readonly struct JsonSlice(ReadOnlyMemory<byte> json)
{
    /// <exception cref="JsonException">It is not JSON, or nests too deep.</exception>
    public static JsonSlice Parse(ReadOnlyMemory<byte> text)
    {
        var reader = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = JsonMembers.MaxDepth });
        _ = reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var value = text[start..(int)reader.BytesConsumed];
        _ = reader.Read(); // what follows the value is an error
        return new JsonSlice(value);
    }

    public ReadOnlyMemory<byte> Memory => json;

    public ReadOnlySpan<byte> Raw => json.Span;

    public JsonValueKind ValueKind => json.IsEmpty ? JsonValueKind.Undefined : Raw[0] switch
    {
        (byte)'{' => JsonValueKind.Object,
        (byte)'[' => JsonValueKind.Array,
        (byte)'"' => JsonValueKind.String,
        (byte)'t' => JsonValueKind.True,
        (byte)'f' => JsonValueKind.False,
        (byte)'n' => JsonValueKind.Null,
        _ => JsonValueKind.Number,
    };

    /// <summary>Whether it is a text, an array or an object with nothing in it.</summary>
    public bool IsEmpty => Raw[0] is (byte)'"' or (byte)'{' or (byte)'[' && Raw[1..^1].Trim(" \t\r\n"u8).IsEmpty && (Raw[0] != '"' || Raw.Length == 2);

    /// <summary>The beginning of a text, see <see cref="JsonUnescape.Beginning"/>.</summary>
    public string Text(int maxChars) => JsonUnescape.Beginning(Raw[1..^1], maxChars);

    public bool TryGetDouble(out double number) => Utf8Parser.TryParse(Raw, out number, out var used) && used == Raw.Length;

    public bool TryGetInt32(out int number) => Utf8Parser.TryParse(Raw, out number, out var used) && used == Raw.Length;

    /// <summary>The elements of an array; null when they are more.</summary>
    public List<JsonSlice>? Elements(int most)
    {
        var elements = new List<JsonSlice>();
        var reader = new Utf8JsonReader(Raw, new JsonReaderOptions { MaxDepth = JsonMembers.MaxDepth });
        _ = reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (elements.Count == most)
                return null;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            elements.Add(new JsonSlice(json[start..(int)reader.BytesConsumed]));
        }

        return elements;
    }
}
