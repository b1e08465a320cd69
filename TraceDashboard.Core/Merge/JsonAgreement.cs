using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace TraceDashboard.Core.Merge;

/// <summary>On which members JSON objects agree. Joining is commutative, associative and idempotent: the more are joined, the less is left.</summary>
internal static class JsonAgreement
{
    private static readonly byte[] s_nothing = "{}"u8.ToArray();

    /// <summary>The members in the order of their names, so that equal objects look equal.</summary>
    public static byte[] Normal(byte[] json) => json.Length <= s_nothing.Length ? s_nothing : Write(Read(json));

    /// <param name="left">As <see cref="Normal"/> gives it.</param>
    /// <param name="right">As <see cref="Normal"/> gives it.</param>
    public static byte[] Join(byte[] left, byte[] right)
    {
        if (left.AsSpan().SequenceEqual(right))
            return left;
        if (left.Length == s_nothing.Length || right.Length == s_nothing.Length)
            return s_nothing;
        var others = Read(right);
        return Write(Read(left).Where(m => others.TryGetValue(m.Key, out var other) && other == m.Value));
    }

    /// <summary>An object with the members that it does not have itself, or has as null, which is how one is cleared; null when there are none.</summary>
    public static byte[]? Complete(byte[]? json, byte[]? others)
    {
        if (others is null || others.Length == s_nothing.Length)
            return json;
        if (json is null)
            return others;
        var members = Read(json);
        var missing = Read(others).Where(o => members.GetValueOrDefault(o.Key) is null or "null").ToList();
        foreach (var (name, value) in missing)
            members[name] = value;
        return missing.Count == 0 ? json : Write(members);
    }

    /// <summary>Names and values as they are written.</summary>
    private static SortedDictionary<string, string> Read(byte[] json)
    {
        using var document = JsonDocument.Parse(json, JsonKeyMerge.DocumentOptions);
        var members = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
            members[Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(member))] = member.Value.GetRawText();
        return members;
    }

    private static byte[] Write(IEnumerable<KeyValuePair<string, string>> members) =>
        Encoding.UTF8.GetBytes($"{{{string.Join(',', members.Select(m => $"\"{m.Key}\":{m.Value}"))}}}");
}
