using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceDashboard.Core.Text;

/// <summary>Where a value of any kind is in the JSON that an object was read from. It takes no room beside the JSON itself.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct JsonRange(int Start, int Length)
{
    internal JsonSlice Of(ReadOnlyMemory<byte> json) => new(json.Slice(Start, Length));

    /// <summary>For JSON that is read as one span.</summary>
    internal sealed class Converter : JsonConverter<JsonRange>
    {
        public override JsonRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return new JsonRange(start, (int)reader.BytesConsumed - start);
        }

        public override void Write(Utf8JsonWriter writer, JsonRange value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
