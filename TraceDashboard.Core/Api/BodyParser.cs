using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Core.Api;

/// <summary>Reads bodies. A good one is read once, without reflection; a bad one is read again to tell all that is wrong with it.</summary>
internal static class BodyParser
{
    /// <summary>Null when the body is not what it should be; <paramref name="errors"/> then says why.</summary>
    public static T? Parse<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type, ApiErrors errors)
        where T : class
    {
        if (!Utf8.IsValid(body.Span))
        {
            errors.Add("$", "The body is not UTF-8. Send JSON as UTF-8.");
            return null;
        }

        body = JsonEscapes.Clean(body);
        try
        {
            if (JsonSerializer.Deserialize(body.Span, type) is { } request)
                return request;
            errors.Add("$", "The body is null. Send a JSON object; {} is one.");
        }
        catch (JsonException e)
        {
            Explain(body, type, e, errors);
        }

        return null;
    }

    private static void Explain(ReadOnlyMemory<byte> body, JsonTypeInfo type, JsonException cause, ApiErrors errors)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = type.Options.MaxDepth });
            Walk(document.RootElement, type, "", errors);
        }
        catch (JsonException e)
        {
            errors.Add("$", body.Length == 0
                ? "The body is empty. Send a JSON object; {} is one."
                : $"The body is not valid JSON, or nests deeper than {type.Options.MaxDepth} levels: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
            return;
        }

        if (!errors.Any)
            errors.Add(cause.Path is { Length: > 2 } path ? path[2..] : "$", "The value cannot be read.");
    }

    private static void Walk(JsonElement value, JsonTypeInfo type, string path, ApiErrors errors)
    {
        if (type.Kind == JsonTypeInfoKind.Object)
            WalkObject(value, type, path, errors);
        else if (type.Kind == JsonTypeInfoKind.Enumerable)
            WalkArray(value, type, path, errors);
        else if (Complaint(value, Nullable.GetUnderlyingType(type.Type) ?? type.Type) is { } complaint)
            errors.Add(path, complaint);
    }

    private static void WalkObject(JsonElement value, JsonTypeInfo type, string path, ApiErrors errors)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path.Length == 0 ? "$" : path, $"must be a JSON object, not {Name(value)}");
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var memberPath = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            var property = type.Properties.FirstOrDefault(p => p.Name == member.Name);
            if (property is null)
                errors.Add(memberPath, $"unknown field '{member.Name}'{Suggestion.For(member.Name, type.Properties.Select(p => p.Name))}");
            else if (!seen.Add(member.Name))
                errors.Add(memberPath, "is given twice; send it once");
            else if (member.Value.ValueKind != JsonValueKind.Null)
                Walk(member.Value, type.Options.GetTypeInfo(property.PropertyType), memberPath, errors);
        }
    }

    private static void WalkArray(JsonElement value, JsonTypeInfo type, string path, ApiErrors errors)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Add(path, $"must be a JSON array, not {Name(value)}");
            return;
        }

        var elementType = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var element in value.EnumerateArray())
            Walk(element, elementType, $"{path}[{index++}]", errors);
    }

    private static string? Complaint(JsonElement value, Type type)
    {
        if (type == typeof(string))
            return value.ValueKind == JsonValueKind.String ? null : $"must be a text, not {Name(value)}";
        if (type == typeof(bool))
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"must be true or false, not {Name(value)}";
        if (type == typeof(long))
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _) ? null : $"must be a whole number, not {Name(value)}";
        if (type == typeof(decimal))
            return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out _) ? null : $"must be a number, not {Name(value)}";
        return null;
    }

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text in quotes",
        JsonValueKind.Number => StorableText.Shorten(value.GetRawText(), 40),
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };
}
