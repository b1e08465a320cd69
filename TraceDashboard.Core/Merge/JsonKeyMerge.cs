using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceDashboard.Core.Merge;

/// <summary>
/// Merges JSON objects leaf by leaf: each path is a register of its own that keeps the value with the greatest version.
/// An array is a leaf. A null, or a plain value where others have an object, hides what is older below its path.
/// The visible object follows from the registers alone, so the order of arrival does not show.
/// </summary>
internal static class JsonKeyMerge
{
    // Objects deeper than this are leaves: what clients nest is a handful of levels.
    private const int MaxDepth = 16;

    internal static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // never rendered as HTML
        SkipValidation = true,
    };

    internal static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 256 };

    public static (byte[]? Json, KeyVersions? Versions) Join(
        byte[]? left, UpdateVersion leftVersion, KeyVersions? leftKeys,
        byte[]? right, UpdateVersion rightVersion, KeyVersions? rightKeys)
    {
        var registers = Read(left, leftVersion, leftKeys);
        foreach (var (path, theirs) in Read(right, rightVersion, rightKeys))
        {
            if (!registers.TryGetValue(path, out var ours) || IsGreater(theirs, ours))
                registers[path] = theirs;
        }

        return Write(registers, leftVersion > rightVersion ? leftVersion : rightVersion);
    }

    /// <summary>The leaves of an object as paths (RFC 6901 JSON Pointer) and their JSON.</summary>
    public static IEnumerable<(string Path, JsonElement Value)> Leaves(JsonElement root)
    {
        var stack = new Stack<(string Path, JsonElement Value, int Depth)>();
        stack.Push(("", root, 0));
        while (stack.TryPop(out var item))
        {
            if (item.Value.ValueKind != JsonValueKind.Object || item.Depth == MaxDepth || !item.Value.EnumerateObject().Any())
            {
                yield return (item.Path, item.Value);
                continue;
            }

            foreach (var property in item.Value.EnumerateObject())
                stack.Push(($"{item.Path}/{Escape(property.Name)}", property.Value, item.Depth + 1));
        }
    }

    private static bool IsGreater(Register theirs, Register ours) =>
        theirs.Version.CompareTo(ours.Version) is var order && (order > 0 || (order == 0 && string.CompareOrdinal(theirs.Json, ours.Json) > 0));

    private static SortedDictionary<string, Register> Read(byte[]? json, UpdateVersion version, KeyVersions? keys)
    {
        var registers = new SortedDictionary<string, Register>(StringComparer.Ordinal);
        foreach (var (path, entry) in keys?.Paths ?? [])
        {
            if (entry.HiddenJson is { } hidden)
                registers[path] = new Register(entry.Version, hidden);
        }

        // A whole object that is null without any hidden register is one that was cleared as a whole.
        if (json is null)
        {
            if (registers.Count == 0)
                registers[""] = new Register(version, "null");
            return registers;
        }

        using var document = JsonDocument.Parse(json, DocumentOptions);
        foreach (var (path, value) in Leaves(document.RootElement))
        {
            if (path.Length == 0 && value.ValueKind == JsonValueKind.Object)
                continue; // an empty object says nothing
            var own = keys is not null && keys.Paths.TryGetValue(path, out var entry) && entry.HiddenJson is null ? entry.Version : version;
            var register = new Register(own, value.GetRawText());

            // Of a key that an object repeats, the last one counts; Leaves walks backwards.
            registers.TryAdd(path, register);
        }

        return registers;
    }

    private static (byte[]? Json, KeyVersions? Versions) Write(SortedDictionary<string, Register> registers, UpdateVersion version)
    {
        if (registers.Count == 0)
            return ("{}"u8.ToArray(), null); // not null, which would say that all was cleared
        var versions = new KeyVersions();
        var root = new Node();
        foreach (var (path, register) in registers)
        {
            if (register.Json == "null" || IsHidden(path, register, registers))
            {
                versions.Paths[path] = (register.Version, register.Json);
            }
            else
            {
                root.Add(path, register.Json);
                if (register.Version != version)
                    versions.Paths[path] = (register.Version, null);
            }
        }

        // A plain value above a newer leaf cannot be shown beside it.
        foreach (var path in root.Overwritten(registers))
            versions.Paths[path] = (registers[path].Version, registers[path].Json);

        return (root.ToJson(), versions.Paths.Count == 0 ? null : versions);
    }

    private static bool IsHidden(string path, Register register, SortedDictionary<string, Register> registers)
    {
        for (var end = path.LastIndexOf('/'); end >= 0; end = end == 0 ? -1 : path.LastIndexOf('/', end - 1))
        {
            if (registers.TryGetValue(path[..end], out var above) && above.Json != "{}" && above.Version >= register.Version)
                return true;
        }

        return false;
    }

    private static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Unescape(string key) => key.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private readonly record struct Register(UpdateVersion Version, string Json);

    /// <summary>The visible object while it is put together.</summary>
    private sealed class Node
    {
        private readonly SortedDictionary<string, Node> _children = new(StringComparer.Ordinal);
        private string? _path;
        private string? _json;

        public void Add(string path, string json)
        {
            var node = this;
            foreach (var segment in path.Split('/').Skip(1))
            {
                if (!node._children.TryGetValue(segment, out var child))
                    node._children[segment] = child = new Node();
                node = child;
            }

            (node._path, node._json) = (path, json);
        }

        public IEnumerable<string> Overwritten(SortedDictionary<string, Register> registers) =>
            registers.Keys.Where(path => Find(path) is { _children.Count: > 0, _json: not null });

        public byte[]? ToJson()
        {
            if (_children.Count == 0 && _json is null)
                return null;
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
                Write(writer);
            return buffer.ToArray();
        }

        private void Write(Utf8JsonWriter writer)
        {
            if (_children.Count == 0)
            {
                writer.WriteRawValue(_json!, skipInputValidation: true);
                return;
            }

            writer.WriteStartObject();
            foreach (var (key, child) in _children)
            {
                writer.WritePropertyName(Unescape(key));
                child.Write(writer);
            }

            writer.WriteEndObject();
        }

        private Node? Find(string path)
        {
            var node = this;
            foreach (var segment in path.Split('/').Skip(1))
            {
                if (!node._children.TryGetValue(segment, out var child))
                    return null;
                node = child;
            }

            return node._path == path ? node : null;
        }
    }
}
