using System.Globalization;
using System.Text.Json;

namespace TraceDashboard.Core.Text;

/// <summary>
/// Bytes that JavaScript has written as JSON: a <c>Uint8Array</c> becomes <c>{"0":137,"1":80}</c>, a <c>Buffer</c>
/// <c>{"type":"Buffer","data":[137,80]}</c>.
/// </summary>
public static class JsonBytes
{
    /// <summary>Fewer could be an object of any other kind.</summary>
    private const int Fewest = 4;

    /// <summary>Null for anything else.</summary>
    public static byte[]? Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        if (value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("Buffer") && value.TryGetProperty("data", out var data))
            return ReadList(data);

        var count = value.GetPropertyCount();
        if (count < Fewest)
            return null;
        var bytes = new byte[count];
        var at = 0;
        foreach (var member in value.EnumerateObject())
        {
            if (!member.NameEquals(at.ToString(CultureInfo.InvariantCulture)) || !TryGetByte(member.Value, out bytes[at]))
                return null;
            at++;
        }

        return bytes;
    }

    private static byte[]? ReadList(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return null;
        var bytes = new byte[list.GetArrayLength()];
        var at = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (!TryGetByte(item, out bytes[at++]))
                return null;
        }

        return bytes;
    }

    private static bool TryGetByte(JsonElement value, out byte number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetByte(out number);
    }
}
