using System.Text.Json;
using TraceDashboard.Core.Ingestion;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Reads the fields of an object: absent keeps what is stored, null clears it, and what has the wrong type is an error.</summary>
/// <param name="path">Before the names of the fields in errors, for example <c>body.</c>.</param>
internal readonly struct LangfuseFields(JsonMembers json, string path, List<string> errors)
{
    /// <summary>Longer texts are cut before they are looked at; names and ids end sooner.</summary>
    private const int MaxText = 10_000;

    /// <summary>Null when the field is absent.</summary>
    public JsonSlice? Get(string name) => json.Get(name);

    /// <summary>Whether the field is there and a short text or null.</summary>
    public bool TryText(string name, out string? text)
    {
        text = null;
        if (Get(name) is not { } value)
            return false;
        if (value.ValueKind == JsonValueKind.String)
            text = value.Text(MaxText);
        else if (value.ValueKind != JsonValueKind.Null)
            return Fail(name, "must be a text");
        return true;
    }

    /// <summary>A text that may be long, cut where it is too long; null when absent or null.</summary>
    public string? LongText(string name, int maxBytes)
    {
        if (Get(name) is not { ValueKind: not JsonValueKind.Null } value)
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return JsonContent.TextOf(value, maxBytes);
        Fail(name, "must be a text");
        return null;
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
    public bool TryObject(string name, out JsonSlice? value)
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
    public bool TryMetadata(IngestionOptions limits, out byte[]? json)
    {
        json = null;
        if (Get("metadata") is not { } value)
            return false;
        if (value.ValueKind == JsonValueKind.Null)
            return true;
        if (value is { ValueKind: JsonValueKind.Object, IsEmpty: true })
            return false;
        var raw = value.Raw;
        if (raw.Length > limits.MaxFieldBytes)
            return Fail("metadata", $"is {raw.Length} bytes long; {limits.MaxFieldBytes} are the most (Ingestion:MaxFieldBytes)");
        if (JsonContent.HasMoreMembers(raw, limits.MaxSpanItems))
            return Fail("metadata", $"has more than {limits.MaxSpanItems} keys (Ingestion:MaxSpanItems)");
        json = value.ValueKind == JsonValueKind.Object ? raw.ToArray() : [.. "{\"metadata\":"u8, .. raw, (byte)'}'];
        return true;
    }

    public bool Fail(string name, string message)
    {
        errors.Add($"{path}{name} {message}.");
        return false;
    }

    private static bool IsNothing(JsonSlice value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String or JsonValueKind.Object => value.IsEmpty,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        _ => false,
    };
}
