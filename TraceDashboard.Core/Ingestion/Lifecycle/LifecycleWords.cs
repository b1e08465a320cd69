using System.Text.Json;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Ingestion.Lifecycle;

/// <summary>The words of the API for kinds, states and errors.</summary>
internal static class LifecycleWords
{
    private static readonly Dictionary<string, SpanKind> Kinds = Words<SpanKind>();
    private static readonly Dictionary<string, SpanStatus> Statuses = Words<SpanStatus>();

    public static SpanKind? TryKind(string? word, string path, ApiErrors errors) => Find(Kinds, word, path, errors);

    public static SpanStatus? TryStatus(string? word, string path, ApiErrors errors) => Find(Statuses, word, path, errors);

    public static string Of(SpanKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    /// <summary>A text, or an object with type and message; null when it is neither.</summary>
    public static (string? Type, string? Message)? Error(JsonSlice error, string path, IngestionOptions limits, ApiErrors errors)
    {
        if (error.ValueKind == JsonValueKind.String)
            return (null, JsonContent.TextOf(error, limits.MaxFieldBytes));
        if (error.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path, "must be a text, or an object with type and message");
            return null;
        }

        (string? Type, string? Message) result = default;
        var reader = new Utf8JsonReader(error.Raw, new JsonReaderOptions { MaxDepth = JsonMembers.MaxDepth });
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !errors.IsFull)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var name = isType ? "type" : reader.ValueTextEquals("message"u8) ? "message" : StorableText.Shorten(reader.ValueSpan, 40);
            _ = reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var value = new JsonSlice(error.Memory[start..(int)reader.BytesConsumed]);
            if (name is not ("type" or "message"))
                errors.Add($"{path}.{name}", $"unknown field '{name}'{Suggestion.For(name, ["type", "message"])}");
            else if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                errors.Add($"{path}.{name}", "must be a text");
            else if (value.ValueKind == JsonValueKind.String)
                result = isType ? (value.Text(limits.MaxNameLength), result.Message) : (result.Type, JsonContent.TextOf(value, limits.MaxFieldBytes));
        }

        return result;
    }

    private static T? Find<T>(Dictionary<string, T> words, string? word, string path, ApiErrors errors)
        where T : struct
    {
        if (word is null)
            return null;
        if (words.TryGetValue(word, out var value))
            return value;
        errors.Add(path, $"'{StorableText.Shorten(word, 40)}' is none of {string.Join(", ", words.Keys)}{Suggestion.For(word, words.Keys)}");
        return null;
    }

    private static Dictionary<string, T> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString()), StringComparer.OrdinalIgnoreCase);
}
