using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Projects.Privacy;

/// <summary>
/// What of attributes and metadata is no content: numbers, booleans, and texts of up to <see cref="LongestText"/> bytes, unless their
/// name is one under which some dialect has contents.
/// </summary>
internal sealed class CaptureFilter(IContentAttributes attributes)
{
    public const int LongestText = 200;

    private static readonly HashSet<string> s_contentNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "answer", "args", "argument", "arguments", "body", "completion", "completions", "content", "contents", "data", "document", "documents", "input", "inputs",
        "instructions", "message", "messages", "output", "outputs", "payload", "prompt", "prompts", "query", "question", "reasoning", "request", "response",
        "result", "results", "stacktrace", "summary", "system", "text", "thinking", "tools", "transcript", "utterance",
    };

    public static bool IsKept(string? text) => text is null || Encoding.UTF8.GetByteCount(text) <= LongestText;

    /// <summary>The object or array without contents; null when nothing is left, or when it is no JSON.</summary>
    public byte[]? Apply(byte[]? json)
    {
        if (json is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json, JsonKeyMerge.DocumentOptions);
            var target = new JsonBuffer();
            return Write(document.RootElement, target) ? target.ToArray() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether anything was written.</summary>
    private bool Write(JsonElement value, JsonBuffer target)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(value, target);
            case JsonValueKind.Array:
                return WriteArray(value, target);
            case JsonValueKind.String when System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value) is var raw && raw.Length > LongestText + 2:
                return false;
            default:
                target.Write(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value));
                return true;
        }
    }

    private bool WriteObject(JsonElement value, JsonBuffer target)
    {
        var start = target.Length;
        target.Write((byte)'{');
        var any = false;
        foreach (var member in value.EnumerateObject())
        {
            // A number is no content, whatever it is called.
            if (member.Value.ValueKind is not (JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) && IsContentName(member.Name))
                continue;
            var before = target.Length;
            if (any)
                target.Write((byte)',');
            target.WriteString(member.Name);
            target.Write((byte)':');
            if (Write(member.Value, target))
                any = true;
            else
                target.Truncate(before);
        }

        target.Write((byte)'}');
        if (!any)
            target.Truncate(start);
        return any;
    }

    private bool WriteArray(JsonElement value, JsonBuffer target)
    {
        var start = target.Length;
        target.Write((byte)'[');
        var any = false;
        foreach (var element in value.EnumerateArray())
        {
            var before = target.Length;
            if (any)
                target.Write((byte)',');
            if (Write(element, target))
                any = true;
            else
                target.Truncate(before);
        }

        target.Write((byte)']');
        if (!any)
            target.Truncate(start);
        return any;
    }

    private bool IsContentName(string name) =>
        name.Length > LongestText || s_contentNames.Contains(name[(name.LastIndexOfAny(['.', '_']) + 1)..]) || attributes.HoldsContent(Encoding.UTF8.GetBytes(name));
}
