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
    public static (string? Type, string? Message)? Error(JsonElement error, string path, ApiErrors errors)
    {
        if (error.ValueKind == JsonValueKind.String)
            return (null, error.GetString());
        if (error.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path, "must be a text, or an object with type and message");
            return null;
        }

        (string? Type, string? Message) result = default;
        foreach (var member in error.EnumerateObject())
        {
            if (member.Name is not ("type" or "message"))
                errors.Add($"{path}.{member.Name}", $"unknown field '{member.Name}'{Suggestion.For(member.Name, ["type", "message"])}");
            else if (member.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                errors.Add($"{path}.{member.Name}", "must be a text");
            else if (member.Name == "type")
                result.Type = member.Value.GetString();
            else
                result.Message = member.Value.GetString();
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
