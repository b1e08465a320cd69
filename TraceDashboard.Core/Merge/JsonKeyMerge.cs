using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceDashboard.Core.Merge;

/// <summary>
/// Merges JSON objects leaf by leaf: each path is a register of its own that keeps the value with the greatest version.
/// An array is a leaf. A null, or a plain value where others have an object, hides what is older below its path.
/// The visible object follows from the registers alone, so the order of arrival does not show.
/// </summary>
internal sealed class JsonKeyMerge
{
    // Objects deeper than this are leaves: what clients nest is a handful of levels.
    private const int MaxDepth = 16;

    internal static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // never rendered as HTML
        SkipValidation = true,
    };

    internal static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 256 };

    private readonly Register _root = new();
    private int _objects;

    /// <summary>The greatest of the versions of the objects.</summary>
    public UpdateVersion Version { get; private set; }

    /// <summary>Takes in the registers of one object.</summary>
    public void Add(byte[]? json, UpdateVersion version, KeyVersions? keys)
    {
        if (_objects++ == 0 || version > Version)
            Version = version;
        if (keys is not null)
            AddHidden(_root, keys);

        // A whole object that is null without anything hidden is one that was cleared as a whole.
        if (json is null)
        {
            if (keys is null)
                _root.Offer("null", version, _objects);
            return;
        }

        using var document = JsonDocument.Parse(json, DocumentOptions);
        if (!IsEmptyObject(document.RootElement)) // which says nothing
            AddVisible(_root, document.RootElement, version, keys, 0);
    }

    /// <summary>The object as it is to be seen, and what is to be kept beside it.</summary>
    public (byte[]? Json, KeyVersions? Versions) Join()
    {
        var isShown = _root.Show(above: null);
        var versions = _root.Versions(Version);
        if (!isShown)
            return (versions is null ? "{}"u8.ToArray() : null, versions); // null would say that all was cleared
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            _root.Write(writer);
        return (buffer.ToArray(), versions);
    }

    /// <summary>Whether a value is one register, not one for each of its members.</summary>
    internal static bool IsLeaf(JsonElement value, int depth) =>
        value.ValueKind != JsonValueKind.Object || depth == MaxDepth || IsEmptyObject(value);

    private static bool IsEmptyObject(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 0;

    private void AddHidden(Register register, KeyVersions keys)
    {
        if (keys is { Version: { } version, HiddenJson: { } json })
            register.Offer(json, version, _objects);
        foreach (var (key, below) in keys.Keys ?? [])
            AddHidden(register.Below(key), below);
    }

    private void AddVisible(Register register, JsonElement value, UpdateVersion version, KeyVersions? keys, int depth)
    {
        if (IsLeaf(value, depth))
        {
            register.Offer(value.GetRawText(), keys is { Version: { } own, HiddenJson: null } ? own : version, _objects);
            return;
        }

        // Backwards, because of a key that an object repeats the last one counts, and a register takes the first of an object.
        foreach (var property in value.EnumerateObject().Reverse())
        {
            var key = Escape(property.Name);
            AddVisible(register.Below(key), property.Value, version, keys?.Below(key), depth + 1);
        }
    }

    private static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Unescape(string key) => key.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    /// <summary>The value of one path, if it has one, and the paths below it.</summary>
    private sealed class Register
    {
        private Dictionary<string, Register>? _below;
        private UpdateVersion _version;
        private string? _json;
        private int _offeredBy;
        private bool _isShown;
        private bool _showsBelow;

        public Register Below(string key)
        {
            _below ??= new Dictionary<string, Register>(StringComparer.Ordinal);
            if (!_below.TryGetValue(key, out var register))
                _below[key] = register = new Register();
            return register;
        }

        /// <summary>Takes a value that is greater than the one it has.</summary>
        /// <param name="by">The number of the object, of which only the first offer counts.</param>
        public void Offer(string json, UpdateVersion version, int by)
        {
            if (_offeredBy == by)
                return;
            _offeredBy = by;
            var order = _json is null ? 1 : version.CompareTo(_version);
            if (order > 0 || (order == 0 && string.CompareOrdinal(json, _json) > 0))
                (_json, _version) = (json, version);
        }

        /// <summary>Finds out what is to be seen; a plain value above a newer one cannot be shown beside it.</summary>
        /// <param name="above">The greatest version of what hides older values below it.</param>
        /// <returns>Whether anything is.</returns>
        public bool Show(UpdateVersion? above)
        {
            _isShown = _json is not (null or "null") && !(above >= _version);
            if (_json is not (null or "{}") && !(above >= _version))
                above = _version;
            foreach (var (_, register) in _below ?? [])
                _showsBelow |= register.Show(above);
            _isShown &= !_showsBelow;
            return _isShown || _showsBelow;
        }

        /// <summary>What is to be kept beside what is seen; null when that is nothing.</summary>
        public KeyVersions? Versions(UpdateVersion ofAll)
        {
            var versions = new KeyVersions();
            if (_json is not null && (!_isShown || _version != ofAll))
                (versions.Version, versions.HiddenJson) = (_version, _isShown ? null : _json);
            foreach (var (key, register) in _below ?? [])
            {
                if (register.Versions(ofAll) is { } below)
                    versions.Add(key, below);
            }

            return versions.Version is null && versions.Keys is null ? null : versions;
        }

        public void Write(Utf8JsonWriter writer)
        {
            if (_isShown)
            {
                writer.WriteRawValue(_json!, skipInputValidation: true);
                return;
            }

            writer.WriteStartObject();
            foreach (var (key, register) in _below!.OrderBy(r => r.Key, StringComparer.Ordinal))
            {
                if (!register._isShown && !register._showsBelow)
                    continue;
                writer.WritePropertyName(Unescape(key));
                register.Write(writer);
            }

            writer.WriteEndObject();
        }
    }
}
