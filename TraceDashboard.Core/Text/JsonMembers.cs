using System.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Text;

/// <summary>Where the members of a JSON object are.</summary>
internal sealed class JsonMembers
{
    /// <summary>What nests deeper is not read.</summary>
    public const int MaxDepth = 128;

    /// <summary>An object that is looked into for its fields has no more.</summary>
    public const int Most = 10_000;

    private readonly ReadOnlyMemory<byte> _json;
    private readonly List<(int NameStart, int NameLength, int Start, int Length)> _members = [];

    private JsonMembers(ReadOnlyMemory<byte> json) => _json = json;

    /// <param name="json">An object.</param>
    /// <exception cref="JsonException">It is not valid, nests too deep, or has too many members.</exception>
    public static JsonMembers Read(JsonSlice json)
    {
        var members = new JsonMembers(json.Memory);
        var reader = new Utf8JsonReader(json.Raw, new JsonReaderOptions { MaxDepth = MaxDepth });
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (members._members.Count == Most)
                throw new JsonException($"The object has more than {Most} members.");
            var (nameStart, nameLength) = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            _ = reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members._members.Add((nameStart, nameLength, start, (int)reader.BytesConsumed - start));
        }

        return members;
    }

    /// <summary>Null when there is none; the last when there are several.</summary>
    public JsonSlice? Get(string name)
    {
        for (var i = _members.Count - 1; i >= 0; i--)
        {
            var (nameStart, nameLength, start, length) = _members[i];
            var raw = _json.Span.Slice(nameStart, nameLength);
            if (Ascii.Equals(raw, name) || (raw.Contains((byte)'\\') && JsonUnescape.Beginning(raw, name.Length) == name))
                return new JsonSlice(_json.Slice(start, length));
        }

        return null;
    }
}
