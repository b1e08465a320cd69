using System.Runtime.InteropServices;
using System.Text.Json;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Reads the fields of an object: absent keeps what is stored, null clears it, and what has the wrong type is an error.</summary>
/// <param name="path">Before the names of the fields in errors, for example <c>body.</c>.</param>
internal readonly struct LangfuseFields(JsonElement json, string path, List<string> errors)
{
    /// <summary>Null when the field is absent.</summary>
    public JsonElement? Get(string name) => json.TryGetProperty(name, out var value) ? value : null;

    /// <summary>Whether the field is there and a text or null.</summary>
    public bool TryText(string name, out string? text)
    {
        text = null;
        if (Get(name) is not { } value)
            return false;
        if (value.ValueKind == JsonValueKind.String)
            text = value.GetString();
        else if (value.ValueKind != JsonValueKind.Null)
            return Fail(name, "must be a text");
        return true;
    }

    /// <summary>Null when absent or null.</summary>
    public string? Text(string name) => TryText(name, out var text) ? text : null;

    /// <summary>Null when absent, null, or no id.</summary>
    public string? Id(string name)
    {
        if (Text(name) is not { } id)
            return null;
        if (Ids.IsValid(id))
            return id;
        Fail(name, Ids.Rule);
        return null;
    }

    /// <summary>Whether the field is there and a time or null.</summary>
    public bool TryTime(string name, out long? nanos)
    {
        nanos = null;
        if (!TryText(name, out var text))
            return false;
        if (text is null)
            return true;
        if (!Iso8601.TryParse(text, out var parsed))
            return Fail(name, Iso8601.Form);
        nanos = parsed;
        return true;
    }

    /// <summary>Null when absent or null.</summary>
    public long? Time(string name) => TryTime(name, out var nanos) ? nanos : null;

    /// <summary>Whether the field is there and an object or null.</summary>
    public bool TryObject(string name, out JsonElement? value)
    {
        value = Get(name);
        if (value is null)
            return false;
        if (value.Value.ValueKind == JsonValueKind.Null)
            value = null;
        else if (value.Value.ValueKind != JsonValueKind.Object)
            return Fail(name, "must be a JSON object");
        return true;
    }

    /// <summary>What is to be stored of an input or output; null when there is nothing in it, which leaves what is stored.</summary>
    public byte[]? Content(string name, int maxBytes)
    {
        if (Get(name) is not { } value || IsNothing(value))
            return null;
        return JsonContent.Of(value, maxBytes);
    }

    /// <summary>Metadata as a JSON object: what is none becomes <c>{"metadata": value}</c>. <paramref name="json"/> is null to clear.</summary>
    /// <returns>Whether it says anything: an empty object does not.</returns>
    public bool TryMetadata(int maxBytes, out byte[]? json)
    {
        json = null;
        if (Get("metadata") is not { } value)
            return false;
        if (value.ValueKind == JsonValueKind.Null)
            return true;
        if (value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any())
            return false;
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.Length > maxBytes)
            return Fail("metadata", $"is {raw.Length} bytes long; {maxBytes} are the most (Ingestion:MaxFieldBytes)");
        json = value.ValueKind == JsonValueKind.Object ? raw.ToArray() : [.. "{\"metadata\":"u8, .. raw, (byte)'}'];
        return true;
    }

    public bool Fail(string name, string message)
    {
        errors.Add($"{path}{name} {message}.");
        return false;
    }

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
