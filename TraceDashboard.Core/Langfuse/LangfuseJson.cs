using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Storage;
using TraceDashboard.Core.Text;
using TraceDashboard.Core.Traces;

namespace TraceDashboard.Core.Langfuse;

/// <summary>Things in the form of Langfuse's API.</summary>
internal static class LangfuseJson
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 256 };

    /// <summary><c>{data, meta}</c>.</summary>
    public static JsonObject Page(IEnumerable<JsonNode> data, int page, int limit, int total) => new()
    {
        ["data"] = new JsonArray([.. data]),
        ["meta"] = new JsonObject { ["page"] = page, ["limit"] = limit, ["totalItems"] = total, ["totalPages"] = (total + limit - 1) / limit },
    };

    public static JsonObject Score(StoredScore stored)
    {
        var score = stored.Score;
        var json = new JsonObject
        {
            ["id"] = score.Id,
            ["traceId"] = score.TraceId,
            ["observationId"] = score.SpanId,
            ["sessionId"] = score.SessionId,
            ["datasetRunId"] = null,
            ["name"] = score.Name,
            ["source"] = LangfuseScores.WordOf(score.Source),
            ["dataType"] = LangfuseScores.WordOf(score.DataType),
            ["value"] = score.DataType is ScoreDataType.Numeric or ScoreDataType.Boolean ? score.Value : score.DataType == ScoreDataType.Categorical ? 0 : null,
            ["timestamp"] = Iso8601.Format(score.Timestamp),
            ["createdAt"] = Iso8601.Format(stored.ReceivedAt),
            ["updatedAt"] = Iso8601.Format(stored.ReceivedAt),
            ["authorUserId"] = score.Author,
            ["comment"] = score.Comment,
            ["metadata"] = Value(score.Metadata),
            ["configId"] = score.ConfigId,
            ["queueId"] = null,
            ["environment"] = score.Environment,
        };
        if (score.Text is not null)
            json["stringValue"] = score.Text;
        return json;
    }

    public static double? Seconds(long? nanos) => nanos is { } time ? Math.Max(0, time) / 1e9 : null;

    /// <summary>JSON as JSON, anything else as a text.</summary>
    public static JsonNode? Value(string? text)
    {
        if (text is null)
            return null;
        if (text.AsSpan().TrimStart() is not ['{' or '[' or '"', ..])
            return JsonValue.Create(text);
        try
        {
            return JsonNode.Parse(JsonEscapes.ToUtf8(text).Span, documentOptions: s_options);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text); // cut, or only looks like it
        }
    }

    /// <summary>An object whose members, and those of its members, are to be looked at; null when the text is none.</summary>
    public static JsonObject? Object(string? text)
    {
        if (text is null)
            return null;
        try
        {
            using var document = JsonEscapes.Parse(text, s_options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Object(document.RootElement.Clone(), 2) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Of a key that an object repeats the last one counts; a node that is made of such an object throws when its members are asked for.</summary>
    private static JsonObject Object(JsonElement json, int levels)
    {
        var members = new JsonObject();
        foreach (var member in json.EnumerateObject())
        {
            members[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.Object => levels > 1 ? Object(member.Value, levels - 1) : JsonObject.Create(member.Value),
                JsonValueKind.Array => JsonArray.Create(member.Value),
                JsonValueKind.Null => null,
                _ => JsonValue.Create(member.Value),
            };
        }

        return members;
    }
}
