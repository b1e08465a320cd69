using System.Globalization;
using System.Text.Json;

namespace TraceDashboard.Core.Merge;

/// <summary>Joins JSON arrays of events or links as sets: each element once, ordered by its time and then its text.</summary>
internal static class JsonArrayUnion
{
    public static byte[] Join(IReadOnlyList<byte[]> arrays)
    {
        if (arrays.All(a => a.AsSpan().SequenceEqual(arrays[0])))
            return arrays[0];
        var elements = new SortedSet<(decimal Time, string Json)>(Comparer<(decimal Time, string Json)>.Create(
            (a, b) => a.Time.CompareTo(b.Time) is not 0 and var order ? order : string.CompareOrdinal(a.Json, b.Json)));
        foreach (var array in arrays)
            Add(array);

        using var buffer = new MemoryStream(arrays.Sum(a => a.Length));
        using (var writer = new Utf8JsonWriter(buffer, JsonKeyMerge.WriterOptions))
        {
            writer.WriteStartArray();
            foreach (var (_, json) in elements)
                writer.WriteRawValue(json, skipInputValidation: true);
            writer.WriteEndArray();
        }

        return buffer.ToArray();

        void Add(byte[] array)
        {
            using var document = JsonDocument.Parse(array, JsonKeyMerge.DocumentOptions);
            foreach (var element in document.RootElement.EnumerateArray())
                elements.Add((TimeOf(element), element.GetRawText()));
        }
    }

    private static decimal TimeOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("timeUnixNano"u8, out var time)
        && time.ValueKind == JsonValueKind.String && decimal.TryParse(time.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var nanos)
            ? nanos
            : 0;
}
